package com.altcontext.api.http;

import com.altcontext.value.Text;
import com.fasterxml.jackson.core.JsonStreamContext;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The path of a place in a JSON body, in dotted form. */
final class JsonPath {
    /** A body may have one key of 60 KB and many faults below it: the answer must not grow with their product. */
    private static final int MAX_LENGTH = 100;

    private JsonPath() {}

    /**
     * The path, shortened. However long and deep the keys are, the memory is limited by what may be shown.
     *
     * @param root where the path begins; null for the body itself
     */
    static String of(JsonStreamContext place, @Nullable JsonStreamContext root) {
        Deque<String> steps = new ArrayDeque<>();
        for (JsonStreamContext at = place; at != null && !at.equals(root); at = at.getParent()) {
            String name =
                    at.inArray() && at.hasCurrentIndex() ? String.valueOf(at.getCurrentIndex()) : at.getCurrentName();
            String step = name == null ? null : shortened(name);
            // A key that cannot be shown is left out of the path.
            if (step != null && Text.isStorable(step)) {
                steps.push(step);
            }
            if (steps.size() > MAX_LENGTH) {
                steps.removeLast();
            }
        }
        return shortened(String.join(".", steps));
    }

    private static String shortened(String path) {
        return path.length() <= MAX_LENGTH ? path : path.substring(0, path.offsetByCodePoints(0, MAX_LENGTH / 2)) + '…';
    }
}
