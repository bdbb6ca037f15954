package com.altcontext.ops.property;

import com.altcontext.ops.command.ArgumentNames;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.property.PropertySettings;
import com.altcontext.property.PropertyStore;
import com.altcontext.value.Rejected;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The settings of a property, as they are given on the command line. */
final class PropertyOptions {
    /** The word that empties a list: no host name, network or path is called this. */
    private static final String EMPTY = "none";

    /** The fields of a property, with their names on the command line. */
    static final ArgumentNames ARGUMENTS = new ArgumentNames(Map.of(
            "ownHostsOnly", "--own-hosts-only",
            "slug", "SLUG",
            "name", "--name",
            "domains", "--domain",
            "timeZone", "--time-zone",
            "excludedNetworks", "--exclude-network",
            "excludedPaths", "--exclude-path"));

    @Option(
            names = "--domain",
            arity = "1..*",
            paramLabel = "HOST",
            description = "Its host names: events from pages on these hosts count for this property.")
    private @Nullable List<String> domains;

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description = "Where its days begin and end, like America/Toronto; default: UTC.")
    private @Nullable String timeZone;

    @Option(
            names = "--exclude-network",
            arity = "1..*",
            paramLabel = "CIDR",
            description = "Drop events from these networks, such as your office.")
    private @Nullable List<String> networks;

    @Option(
            names = "--exclude-path",
            arity = "1..*",
            paramLabel = "PATH",
            description = "Drop events on these paths; * stands for any characters.")
    private @Nullable List<String> paths;

    @Option(
            names = "--own-hosts-only",
            negatable = true,
            description = "Drop events from pages on hosts that are not among its domains, or without a host.")
    private @Nullable Boolean ownHostsOnly;

    @Option(
            names = "--confirm",
            negatable = true,
            description = "Express consent from a form counts only after a confirmation by mail (needs SMTP_URL).")
    private @Nullable Boolean confirm;

    boolean areGiven() {
        return Stream.of(domains, timeZone, networks, paths, ownHostsOnly, confirm)
                .anyMatch(given -> given != null);
    }

    /** @throws Rejected with the options that break rules */
    PropertySettings settings(String slug, @Nullable String name) {
        return ARGUMENTS.named(() -> new PropertySettings(
                slug, name, entries(domains), timeZone, entries(networks), entries(paths), ownHostsOnly, confirm));
    }

    static Failure domainTaken(PropertyStore.Claim claim) {
        return new Failure(
                Exit.FAILED,
                "the domain " + claim.domain() + " belongs to the property " + claim.owner(),
                "leave it out, or remove it from that property first");
    }

    /** The entries of a list; null if the option was not given, and empty if it was given as {@code none}. */
    static @Nullable List<String> entries(@Nullable List<String> given) {
        return given != null && given.equals(List.of(EMPTY)) ? List.of() : given;
    }
}
