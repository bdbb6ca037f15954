package com.altcontext.ops.property;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.delivery.Recipients;
import com.altcontext.delivery.Recipients.MailSettings;
import com.altcontext.metrics.RollupLock;
import com.altcontext.metrics.rollup.ComingDays;
import com.altcontext.metrics.rollup.Rollup;
import com.altcontext.metrics.rollup.RollupDays;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
import com.altcontext.ops.rollup.RollupCommand;
import com.altcontext.property.PropertySettings;
import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.PropertyChange;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes the settings of a property. */
@Command(
        name = "set",
        description = {
            "Changes the given settings. A list replaces the old one; 'none' empties it.",
            "With another time zone, the figures of all days that have raw events are computed again; older days stay as they "
                    + "were. If that is interrupted, run the command again; the next altops rollup continues it too.",
            "Excluded events are dropped from then on; stored events stay.",
            "A recipient who stopped the report by its link gets it again only after being removed from the list and added again."
        },
        footer = {
            "",
            "Example:",
            "  altops property set docs --time-zone America/Toronto",
            "  altops property set docs --exclude-network 203.0.113.0/24 --exclude-path none",
            "  altops property set docs --report team@example.ca boss@example.ca"
        })
final class PropertySetCommand implements Runnable {
    private final CommandContext context;

    @Parameters(paramLabel = "SLUG", description = "The property's slug.")
    private String slug = "";

    @Option(names = "--name", paramLabel = "NAME", description = "The name that people see.")
    private @Nullable String name;

    @Mixin
    private final PropertyOptions options = new PropertyOptions();

    @Mixin
    private final RecipientOptions mails = new RecipientOptions();

    PropertySetCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        MailSettings mailSettings = mails.settings();
        if (name == null && !options.areGiven() && mailSettings.isEmpty()) {
            throw new Failure(Exit.USAGE, "no setting was given", "see: altops property set --help");
        }
        PropertySettings wanted = options.settings(slug, name);
        if (wanted.timeZone() != null) {
            context.refuseClockAhead("nothing was changed; set the clock, then try again");
        }
        Sql sql = context.sql().withTimeout(RollupCommand.MAX_STATEMENT);
        PropertyChange change =
                PropertyOptions.ARGUMENTS.named(() -> sql.inTransaction(tx -> set(tx, wanted, mailSettings)));
        PropertyChange.Changed changed = switch (change) {
            case PropertyChange.Changed done -> done;
            case PropertyChange.Unknown _ -> throw CommandContext.unknownProperty(slug);
            case PropertyStore.Claim claim -> throw PropertyOptions.domainTaken(claim);
        };
        List<String> lines = new ArrayList<>();
        lines.add(
                changed.settings().isEmpty()
                        ? slug + " is unchanged"
                        : "changed " + String.join(", ", changed.settings()).replace('_', ' ') + " of " + slug);
        JsonObject json = JsonObject.ok(true)
                .with("property", PropertyCommand.json(changed.property()))
                .with("changed", changed.settings());
        RollupDays rollups = new RollupDays(context.sql(), context.clock());
        if (changed.settings().contains("time_zone")
                || (wanted.timeZone() != null && rollups.hasDaysOfAnotherZone(slug))) {
            List<LocalDate> days = computeAgain(rollups.daysOf(slug));
            @Nullable LocalDate first = days.isEmpty() ? null : days.getFirst();
            json.with("computedAgainFrom", first);
            lines.add(
                    first == null
                            ? "no figures were computed again, since there are no raw events"
                            : "from " + first + " on, its days are days in "
                                    + changed.property().timeZone()
                                    + "; the figures of earlier days stay as they were");
        }
        context.output().print(json, lines);
    }

    private PropertyChange set(Tx tx, PropertySettings wanted, MailSettings mailSettings) {
        if (wanted.timeZone() != null) {
            // A rollup under way would store figures by the old time zone after they were removed.
            RollupLock.take(tx);
        }
        PropertyChange change = PropertyStore.set(tx, wanted, context.now());
        if (!(change instanceof PropertyChange.Changed changed)) {
            return change;
        }
        if (changed.settings().contains("time_zone")) {
            ComingDays.removeFigures(tx, slug, context.now());
        }
        List<String> all = new ArrayList<>(changed.settings());
        all.addAll(Recipients.set(tx, slug, mailSettings, context.now()));
        return new PropertyChange.Changed(changed.property(), all);
    }

    private List<LocalDate> computeAgain(List<LocalDate> days) {
        Rollup rollup = new Rollup(context.sql().withTimeout(RollupCommand.MAX_STATEMENT), context.clock());
        try (ProgressLine progress = context.output().progress("computing again")) {
            int done = 0;
            for (LocalDate day : days) {
                progress.step("computing " + day + " again, " + ++done + " of " + days.size());
                var _ = rollup.run(day, slug);
            }
        }
        return days;
    }
}
