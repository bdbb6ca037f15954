package com.altcontext.ops.access;

import com.altcontext.access.AccessKey;
import com.altcontext.access.AccessKeyStore;
import com.altcontext.access.AccessKeyStore.KeyAddition;
import com.altcontext.access.AccessKeyStore.NewKey;
import com.altcontext.access.Scope;
import com.altcontext.access.Secret;
import com.altcontext.ops.command.ArgumentNames;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.CommandGroup;
import com.altcontext.ops.command.DayArgument;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** Keys for people and programs that read figures or leads. */
@Command(
        name = "key",
        description = "Adds, lists and revokes access keys, and makes links that share figures.",
        subcommands = {KeyAddCommand.class, KeyListCommand.class, KeyRevokeCommand.class, KeyShareCommand.class},
        footer = {"", "Example:", "  altops key list"})
public final class KeyCommand extends CommandGroup {
    private static final Pattern DAYS = Pattern.compile("([1-9][0-9]{0,3})d");

    /** The fields of a key, by their names on the command line. */
    static final ArgumentNames ARGUMENTS =
            new ArgumentNames(Map.of("name", "NAME", "scope", "--scope", "property", "--property"));

    /**
     * Adds a key and prints it, or says why not.
     *
     * @param field the name of the printed text in JSON
     * @param shown the text to print, which holds the secret
     */
    static void add(CommandContext context, NewKey wanted, String field, Function<Secret, String> shown) {
        KeyAddition addition = context.sql().inTransaction(tx -> {
            KeyAddition made = AccessKeyStore.add(tx, wanted, context.now());
            if (made instanceof KeyAddition.Added added) {
                String text = shown.apply(added.secret());
                context.output()
                        .showOnce(
                                JsonObject.ok(true).with(field, text).with("key", json(added.key(), context.now())),
                                List.of(text));
            }
            return made;
        });
        switch (addition) {
            case KeyAddition.Added _ -> {}
            case KeyAddition.NameTaken _ ->
                throw new Failure(
                        Exit.FAILED,
                        "there is already a key named " + wanted.name(),
                        "choose another name, or revoke that one: altops key revoke");
            case KeyAddition.UnknownProperty unknown -> throw CommandContext.unknownProperty(unknown.slug());
        }
    }

    /**
     * When a key expires.
     *
     * @param text {@code 90d} or {@code 2027-01-31}, which includes that day; null for never
     */
    static @Nullable Instant expiry(@Nullable String text, Instant now) {
        if (text == null) {
            return null;
        }
        Matcher days = DAYS.matcher(text);
        if (days.matches()) {
            return now.plus(Duration.ofDays(Integer.parseInt(days.group(1))));
        }
        return DayArgument.parse(text)
                .map(last -> last.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant())
                .filter(end -> end.isAfter(now))
                .orElseThrow(() -> new Failure(
                        Exit.USAGE,
                        "--expires is wrong",
                        "write a number of days like 90d, or a future day like 2027-01-31"));
    }

    static JsonObject json(AccessKey key, Instant now) {
        return new JsonObject()
                .with("name", key.name())
                .with("prefix", key.prefix())
                .with("state", state(key, now))
                .with("scopes", key.scopes().stream().sorted().map(Scope::key).toList())
                .with("properties", key.properties())
                .with("share", key.isShare())
                .with("createdAt", key.createdAt())
                .with("expiresAt", key.expiresAt())
                .with("lastUsedAt", key.lastUsedAt())
                .with("revokedAt", key.revokedAt());
    }

    static String state(AccessKey key, Instant now) {
        return key.state(now).name().toLowerCase(Locale.ROOT);
    }

    /** A line of the list: the name, what the key gives access to, and its times. */
    static String line(AccessKey key, Instant now) {
        return "%s  %s…  %s  %s  %s  last used %s"
                .formatted(
                        key.name(),
                        key.prefix(),
                        key.scopes().stream().sorted().map(Scope::key).collect(Collectors.joining(",")),
                        properties(key),
                        expiry(key, now),
                        key.lastUsedAt() == null ? "never" : HumanFormat.time(key.lastUsedAt()));
    }

    private static String properties(AccessKey key) {
        List<String> properties = key.properties();
        if (properties == null) {
            return "all properties";
        }
        return properties.isEmpty() ? "no property" : String.join(",", properties);
    }

    private static String expiry(AccessKey key, Instant now) {
        String time = key.expiresAt() == null ? "never" : HumanFormat.time(key.expiresAt());
        return switch (key.state(now)) {
            case REVOKED -> "revoked";
            case EXPIRED -> "expired " + time;
            case ACTIVE -> "expires " + time;
        };
    }
}
