package com.altcontext.ops.report;

import com.altcontext.ops.command.ArgumentNames;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
import com.altcontext.report.ReportWeek;
import com.altcontext.report.WeeklyReport;
import com.altcontext.report.WeeklyReports;
import com.altcontext.report.WeeklyReports.ReportedProperty;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Puts the weekly report into the outbox. */
@Command(
        name = "send",
        description = {
            "Makes the weekly report of each property that has recipients. The service mails it to recipients who did not "
                    + "get it yet, so it is safe to run this often.",
            "Exit 3 when figures of the week are missing (run altops rollup, unless they were purged): no report is sent."
        },
        footer = {
            "",
            "Example:",
            "  altops report send",
            "  altops report send --week 2026-W47 --property docs --dry-run"
        })
final class ReportSendCommand implements Callable<Integer> {
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(5);

    private final CommandContext context;

    @Option(
            names = "--week",
            paramLabel = "WEEK",
            description = "The week, like 2026-W47; default: each property's last full week.")
    private @Nullable String week;

    @Option(names = "--property", paramLabel = "SLUG", description = "For this property only; default: for all.")
    private @Nullable String property;

    @Option(names = "--dry-run", description = "Show how many reports would be sent, and send none.")
    private boolean dryRun;

    ReportSendCommand(CommandContext context) {
        this.context = context;
    }

    /**
     * @param mails null if the week has days without figures
     * @param hasBegun whether the property existed in that week
     */
    private record SentReport(
            ReportedProperty property,
            ReportWeek week,
            @Nullable Long mails,
            boolean hasBegun) {}

    @Override
    public Integer call() {
        Instant now = context.now();
        ReportWeek wanted = week == null ? null : named(week, now);
        WeeklyReports reports =
                new WeeklyReports(context.sql().withTimeout(MAX_STATEMENT), context.clock(), MAX_STATEMENT);
        context.requireProperty(property);
        List<SentReport> sent = new ArrayList<>();
        try (ProgressLine progress = context.output().progress("making reports")) {
            for (ReportedProperty one : reports.properties(property)) {
                progress.step("making the report of " + one.slug());
                sent.add(send(reports, one, wanted == null ? ReportWeek.lastFull(one.today(now)) : wanted, now));
            }
        }
        boolean complete = sent.stream().allMatch(report -> report.mails != null);
        context.output()
                .print(
                        JsonObject.ok(complete).with("dryRun", dryRun).with("reports", sent, ReportSendCommand::json),
                        sent.isEmpty()
                                ? List.of(
                                        "no property has recipients: add some with altops property set SLUG --report ADDRESS")
                                : sent.stream().map(this::line).toList());
        return complete ? Exit.DONE : Exit.CHECK_FAILED;
    }

    private static ReportWeek named(String text, Instant now) {
        ReportWeek week = new ArgumentNames(Map.of("week", "--week")).named(() -> ReportWeek.parse(text));
        if (week.isAfter(now)) {
            throw new Failure(Exit.USAGE, "--week is not over yet", "give an earlier one, or leave it out");
        }
        return week;
    }

    private SentReport send(WeeklyReports reports, ReportedProperty one, ReportWeek of, Instant now) {
        Optional<WeeklyReport> report = reports.of(one, of, now);
        if (report.isEmpty()) {
            return new SentReport(one, of, null, true);
        }
        if (!reports.hasBegun(one, of)) {
            return new SentReport(one, of, 0L, false);
        }
        long mails = dryRun
                ? reports.unsent(one, of)
                : context.sql().inTransaction(tx -> WeeklyReports.put(tx, one, report.get(), now));
        return new SentReport(one, of, mails, true);
    }

    private static JsonObject json(SentReport report) {
        return new JsonObject()
                .with("propertyId", report.property.slug())
                .with("week", report.week.text())
                .with("mails", report.mails)
                .with("begun", report.hasBegun);
    }

    private String line(SentReport report) {
        String of = report.property.slug() + ", " + report.week.text() + ": ";
        if (!report.hasBegun) {
            return of + "not sent, since the property did not exist yet";
        }
        return report.mails == null
                ? of + context.output().bad("not sent") + ", since " + fault(report)
                : of + HumanFormat.count(report.mails, "mail") + (dryRun ? " would be sent" : "");
    }

    private String fault(SentReport report) {
        ReportedProperty property = report.property;
        return report.week.window().holds(property.today(context.now()))
                ? "the week is not over in " + property.zone()
                : "figures of the week are missing: run altops rollup, unless they were purged";
    }
}
