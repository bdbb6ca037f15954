package com.altcontext.ops.command;

import com.altcontext.value.Issue;
import com.altcontext.value.Rejected;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What fields of the domain are called on the command line, for error messages.
 *
 * @param byField the option or argument of each field; a field that is missing here keeps its own name
 */
public record ArgumentNames(Map<String, String> byField) {
    /** @throws Rejected if the work does, but with the names of the command line */
    public <T> T named(Supplier<T> work) {
        try {
            return work.get();
        } catch (Rejected rejected) {
            throw new Rejected(rejected.issues().stream()
                    .map(issue -> new Issue(byField.getOrDefault(issue.path(), issue.path()), issue.message()))
                    .toList());
        }
    }
}
