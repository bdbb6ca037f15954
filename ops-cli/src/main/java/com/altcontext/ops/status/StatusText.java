package com.altcontext.ops.status;

import com.altcontext.db.DatabaseState;
import com.altcontext.delivery.OutboxBacklog;
import com.altcontext.ops.command.CommandOutput;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.rollup.RollupFreshness;
import com.altcontext.ops.status.Inventory.LastLeadList;
import com.altcontext.ops.status.Inventory.StoredEvents;
import com.altcontext.ops.status.Inventory.TableSize;
import com.altcontext.retention.LastPurge;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The lines of {@code altops status}. */
final class StatusText {
    private final CommandOutput output;
    private final List<String> lines = new ArrayList<>();

    private StatusText(CommandOutput output) {
        this.output = output;
    }

    static List<String> of(Status status, CommandOutput output) {
        StatusText text = new StatusText(output);
        text.addSchema(status.inventory());
        if (status.rollups() != null) {
            text.addFigures(status.inventory().events(), status.rollups());
            text.addLeads(status.inventory());
            text.addLastWork(status.inventory());
        }
        text.addTables(status.inventory().tables());
        text.addProblems(status.problems());
        return text.lines;
    }

    private void add(String name, String value) {
        lines.add("%-14s%s".formatted(name, value));
    }

    private void addSchema(Inventory inventory) {
        String judged;
        if (!inventory.isCurrent()) {
            judged = output.bad("but this release needs " + DatabaseState.REQUIRED_SCHEMA);
        } else if (inventory.schema() == DatabaseState.REQUIRED_SCHEMA) {
            judged = output.good("as this release needs");
        } else {
            judged = output.good("newer than this release's " + DatabaseState.REQUIRED_SCHEMA);
        }
        add("schema", "version " + inventory.schema() + ", " + judged);
    }

    private void addFigures(StoredEvents events, RollupFreshness rollups) {
        add(
                "events",
                events.oldest() == null || events.newest() == null
                        ? "none"
                        : "from " + HumanFormat.time(events.oldest()) + " to " + HumanFormat.time(events.newest()));
        add(
                "partitions",
                HumanFormat.count(events.daysAhead(), "day") + " ahead, default partition "
                        + (events.inDefaultPartition() == 0
                                ? output.good("empty")
                                : output.bad(HumanFormat.count(events.inDefaultPartition(), "event"))));
        add("rollups", rollups.line(output));
    }

    private void addLeads(Inventory inventory) {
        Map<String, Long> leads = inventory.leads();
        add(
                "leads",
                leads.isEmpty()
                        ? "none"
                        : leads.entrySet().stream()
                                .map(one -> one.getKey() + " " + HumanFormat.count(one.getValue()))
                                .collect(Collectors.joining(", ")));
        if (inventory.leadsInReview() > 0) {
            add("in review", HumanFormat.count(inventory.leadsInReview(), "lead") + ": altops lead review");
        }
        add("mails", backlog(inventory.mails()));
        add("webhooks", backlog(inventory.webhooks()));
    }

    private String backlog(OutboxBacklog backlog) {
        Instant oldest = backlog.oldest();
        return (oldest == null
                        ? "none waiting"
                        : HumanFormat.count(backlog.waiting()) + " waiting since " + HumanFormat.time(oldest))
                + (backlog.setAside() == 0
                        ? ""
                        : ", " + output.bad(HumanFormat.count(backlog.setAside()) + " set aside"));
    }

    private void addLastWork(Inventory inventory) {
        add("last purge", purge(inventory.lastPurge()));
        add("last erasure", inventory.lastErasure() == null ? "never" : HumanFormat.time(inventory.lastErasure()));
        add("lead list", list(inventory.lastLeadList()));
        inventory
                .endingKeys()
                .forEach(key -> lines.add("key " + output.bad("expires") + "   "
                        + HumanFormat.time(Objects.requireNonNull(key.expiresAt())) + ", " + key.name()));
    }

    private String purge(@Nullable LastPurge purge) {
        if (purge == null) {
            return "never: run altops retention purge every day";
        }
        String removed = HumanFormat.count(purge.events(), "event");
        return HumanFormat.time(purge.at()) + ", "
                + switch (purge.state()) {
                    case FINISHED -> "removed " + removed;
                    case RUNNING -> "running, removed " + removed + " so far";
                    case INTERRUPTED ->
                        output.bad("started but not finished") + ", removed " + removed + " of "
                                + HumanFormat.count(purge.days(), "day");
                };
    }

    private static String list(@Nullable LastLeadList list) {
        return list == null
                ? "never exported"
                : "last exported " + HumanFormat.time(list.at()) + ", " + HumanFormat.count(list.rows(), "lead")
                        + ", by " + (list.by().equals("altops") ? "" : "the ") + list.by();
    }

    private void addTables(List<TableSize> tables) {
        if (tables.isEmpty()) {
            return;
        }
        lines.add("");
        int width =
                tables.stream().mapToInt(table -> table.name().length()).max().orElse(0);
        String format = "%-" + width + "s %16s %-4s %12s";
        tables.forEach(table -> lines.add(format.formatted(
                table.name(),
                (table.estimated() ? "about " : "") + HumanFormat.count(table.rows()),
                table.rows() == 1 ? "row" : "rows",
                HumanFormat.size(table.bytes()))));
    }

    private void addProblems(List<String> problems) {
        if (!problems.isEmpty()) {
            lines.add("");
            problems.forEach(one -> lines.add(output.bad("problem") + "       " + one));
        }
    }
}
