package com.altcontext.ops;

import com.altcontext.retention.Purge;
import com.altcontext.retention.PurgePlan;
import com.altcontext.retention.PurgePlan.ExpiredDay;
import com.altcontext.retention.PurgeReceipt;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** How long data is kept. */
@Command(
        name = "retention",
        description = "Takes away what has been kept for long enough.",
        mixinStandardHelpOptions = true,
        versionProvider = Altops.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  altops retention purge --dry-run"})
final class RetentionCommand implements Runnable {
    /** Counting and deleting what has gathered in a year, through a slow network. */
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(30);

    @ParentCommand
    private @Nullable Altops altops;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                Objects.requireNonNull(spec, "picocli sets it").commandLine(), Altops.COMMAND_MISSING);
    }

    @Command(
            name = "purge",
            description = {
                "Removes raw events after RAW_EVENT_RETENTION_DAYS (90), rollups and counted rejections after "
                        + "ROLLUP_RETENTION_MONTHS (24), and sessions and visitors that have nothing left.",
                "Exit 3 when a day had to be kept, because it is not rolled up or was in use."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Altops.Version.class,
            footer = {"", "Example:", "  altops retention purge --dry-run && altops retention purge"})
    int purge(
            @Option(names = "--dry-run", description = "Say what would go, and change nothing.") boolean dryRun,
            @Option(names = "--force", description = "Remove also what is not rolled up: its figures are lost.")
                    boolean force) {
        Instant now = altops().shell().clock().instant();
        var policy = new Settings(altops().shell()).retention();
        try (Progress progress = altops().screen().progress("looking for what has expired")) {
            Purge purge = new Purge(altops().sql().withTimeout(MAX_STATEMENT));
            PurgePlan plan = purge.plan(policy, now, force);
            if (dryRun) {
                return planned(plan);
            }
            return done(
                    plan,
                    purge.apply(
                                    plan,
                                    now,
                                    gone -> progress.step(
                                            Figures.count(gone.days().size(), "day") + " gone, "
                                                    + Figures.count(gone.sessions(), "session") + ", "
                                                    + Figures.count(gone.visitors(), "visitor")))
                            .orElseThrow(() -> new Failure(
                                    Exit.FAILED,
                                    "another purge is under way",
                                    "nothing was done; how far it is: altops status")));
        }
    }

    private int planned(PurgePlan plan) {
        List<ExpiredDay> going = plan.goingDays();
        long events = going.stream().mapToLong(ExpiredDay::events).sum();
        long bytes = going.stream().mapToLong(ExpiredDay::bytes).sum();
        List<LocalDate> kept = plan.keptDays().stream().map(ExpiredDay::day).toList();
        return show(
                "would remove ",
                plan,
                new PurgeReceipt(
                        going.stream().map(ExpiredDay::day).toList(),
                        kept,
                        List.of(),
                        events,
                        bytes,
                        plan.sessions(),
                        plan.visitors(),
                        plan.rollups(),
                        plan.rejections()));
    }

    private int done(PurgePlan plan, PurgeReceipt receipt) {
        return show("removed ", plan, receipt);
    }

    private int show(String verb, PurgePlan plan, PurgeReceipt gone) {
        boolean all = gone.keptDays().isEmpty() && gone.busyDays().isEmpty();
        List<String> lines = new ArrayList<>();
        lines.add("events are kept from " + plan.eventsKeptFrom() + ", rollups and rejections from "
                + plan.rollupsKeptFrom());
        lines.add(verb + Figures.count(gone.events(), "event") + " of "
                + Figures.count(gone.days().size(), "day")
                + (gone.bytes() == 0 ? "" : ", " + Figures.size(gone.bytes())));
        lines.add(
                verb + Figures.count(gone.sessions(), "session") + " and " + Figures.count(gone.visitors(), "visitor"));
        lines.add(verb + Figures.count(gone.rollups(), "row") + " of rollups and " + Figures.count(gone.rejections())
                + " of rejections");
        Screen screen = altops().screen();
        gone.keptDays()
                .forEach(day -> lines.add(
                        screen.bad("kept " + day) + ", which is not rolled up: altops rollup, then purge again"));
        gone.busyDays()
                .forEach(day -> lines.add(screen.bad("kept " + day) + ", which was in use: the next purge takes it"));
        screen.print(
                Answer.ok(all)
                        .with("dryRun", verb.startsWith("would"))
                        .with("eventsKeptFrom", plan.eventsKeptFrom())
                        .with("rollupsKeptFrom", plan.rollupsKeptFrom())
                        .with("days", gone.days())
                        .with("notRolledUp", gone.keptDays())
                        .with("inUse", gone.busyDays())
                        .with("events", gone.events())
                        .with("bytes", gone.bytes())
                        .with("sessions", gone.sessions())
                        .with("visitors", gone.visitors())
                        .with("rollups", gone.rollups())
                        .with("rejections", gone.rejections())
                        .asMap(),
                lines);
        return all ? Exit.DONE : Exit.WANTING;
    }

    private Altops altops() {
        return Objects.requireNonNull(altops, "picocli sets it");
    }
}
