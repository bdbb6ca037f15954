package com.altcontext.ops;

import com.altcontext.db.Migrations;
import com.altcontext.db.Migrations.Difference;
import com.altcontext.db.Migrations.Migration;
import com.altcontext.db.Migrations.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Brings the schema to what this release needs, or says how far it is. */
@Command(
        name = "migrate",
        description = "Applies the pending migrations. Two runs at once are safe: the second waits.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        footer = {"", "Example:", "  altops migrate --dry-run && altops migrate"})
final class Migrate implements Callable<Integer> {
    @ParentCommand
    private @Nullable Altops altops;

    @Option(names = "--dry-run", description = "Say what would be applied, and change nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        Migrations migrations = migrations();
        List<Migration> plan;
        try (var _ = altops().screen().progress(dryRun ? "looking at the schema" : "applying migrations")) {
            plan = dryRun ? migrations.plan() : migrations.apply();
        }
        String verb = dryRun ? "would apply " : "applied ";
        altops().screen()
                .print(
                        answer(
                                true,
                                dryRun ? "pending" : "applied",
                                plan.stream().map(Migrate::asMap).toList()),
                        plan.isEmpty()
                                ? List.of("nothing to apply: the schema is what this release needs")
                                : plan.stream()
                                        .map(one -> verb + one.version() + " " + one.description())
                                        .toList());
        return Exit.DONE;
    }

    @Command(
            name = "status",
            description = "Lists the migrations and how far each is.",
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops migrate status --json"})
    int status() {
        List<Migration> all = migrations().status();
        long applied = all.stream().filter(one -> one.state() == State.APPLIED).count();
        altops().screen()
                .print(
                        answer(
                                true,
                                "migrations",
                                all.stream().map(Migrate::asMap).toList()),
                        Stream.concat(
                                        all.stream().map(this::asLine),
                                        Stream.of(applied + " of " + all.size() + " applied"))
                                .toList());
        return Exit.DONE;
    }

    @Command(
            name = "verify",
            description = "Checks that the schema is what this release needs; exit 3 when it is not.",
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops migrate verify --quiet || altops migrate"})
    int verify() {
        List<Difference> differences = migrations().verify();
        boolean verified = differences.isEmpty();
        altops().screen()
                .print(
                        answer(
                                verified,
                                "differences",
                                differences.stream().map(Migrate::asMap).toList()),
                        verified
                                ? List.of(altops().screen().good("the schema is what this release needs"))
                                : differences.stream()
                                        .map(one -> one.version() + " " + one.description() + " " + one.rule())
                                        .toList());
        return verified ? Exit.DONE : Exit.WANTING;
    }

    private Migrations migrations() {
        return Migrations.of(altops().database());
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }

    private String asLine(Migration one) {
        String word = "%-8s".formatted(word(one.state()));
        return "%-4s %s %-20s %s"
                .formatted(
                        one.version(),
                        one.state() == State.APPLIED
                                ? altops().screen().good(word)
                                : altops().screen().bad(word),
                        one.appliedAt() == null
                                ? ""
                                : one.appliedAt().toString().replaceFirst("\\.\\d+Z", "Z"),
                        one.description());
    }

    private static Map<String, ?> asMap(Migration one) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("version", one.version());
        map.put("description", one.description());
        map.put("state", word(one.state()));
        map.put("appliedAt", one.appliedAt());
        return map;
    }

    private static Map<String, ?> asMap(Difference one) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("version", one.version());
        map.put("description", one.description());
        map.put("rule", one.rule());
        return map;
    }

    private static Map<String, ?> answer(boolean ok, String name, List<?> list) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", ok);
        answer.put(name, list);
        return answer;
    }

    private static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
