package com.altcontext.ops;

import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.Statistics;
import com.altcontext.metrics.ImportedDays;
import com.altcontext.metrics.ImportedDays.Day;
import com.altcontext.ops.history.ImportedFiles;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes the daily sums that another system exported. */
@Command(
        name = "csv",
        description = {
            "Takes daily figures in the form of Plausible's export (imported_visitors….csv, imported_sources….csv, …) for the days "
                    + "before the property's first own day, and before today.",
            "Such days are marked: figures that the sums cannot tell are null for them. Another run replaces them."
        },
        footer = {"", "Example:", "  altops import csv --property docs export/"})
final class ImportCsvCommand implements Runnable {
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(2);

    private final CommandContext context;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "CSV files, or folders of them.")
    private List<Path> files = List.of();

    @Option(
            names = "--property",
            required = true,
            paramLabel = "SLUG",
            description = "The property that the figures are about.")
    private String slug = "";

    @Option(names = "--dry-run", description = "Show what would be imported, and store nothing.")
    private boolean dryRun;

    ImportCsvCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        Sql sql = context.sql().withTimeout(MAX_STATEMENT);
        Properties properties = new Properties(sql);
        properties.refresh();
        Property property = properties.bySlug(slug);
        if (property == null) {
            throw PropertyCommand.unknown();
        }
        ImportedFiles read = new ImportedFiles(property.domains());
        List<String> leftFiles = new ArrayList<>();
        for (Path file : all()) {
            if (!read(read, file)) {
                leftFiles.add(String.valueOf(file.getFileName()));
            }
        }
        List<Day> all = read.days();
        if (all.isEmpty()) {
            throw new Failure(
                    Exit.FAILED, "there is no imported_visitors….csv with a day in it", "name the whole export");
        }
        LocalDate today = LocalDate.ofInstant(context.now(), property.timeZone());
        Taken taken;
        try (ProgressLine progress = context.output().progress("waiting for a rollup")) {
            taken = Retry.inTransaction(sql, tx -> {
                LocalDate own = ImportedDays.firstOwnDay(tx, slug);
                LocalDate first = own == null || today.isBefore(own) ? today : own;
                List<Day> days =
                        all.stream().filter(day -> day.day().isBefore(first)).toList();
                if (!dryRun) {
                    ImportedDays.save(tx, slug, days, day -> progress.step("storing " + day));
                }
                return new Taken(days, all.size() - days.size(), first, leftFiles);
            });
            if (!dryRun) {
                Statistics.gatherMissing(sql);
            }
        }
        show(taken, context.environment().retention(null).rollupsKeptFrom(context.now()));
    }

    /** @param first the first day that the property counts itself: that one and later ones are left */
    private record Taken(List<Day> days, int leftDays, LocalDate first, List<String> leftFiles) {}

    private List<Path> all() {
        List<Path> all = new ArrayList<>();
        for (Path file : files) {
            if (Files.isDirectory(file)) {
                try (Stream<Path> inside = Files.list(file)) {
                    all.addAll(inside.filter(each -> each.toString().endsWith(".csv"))
                            .sorted()
                            .toList());
                } catch (IOException unreadable) {
                    throw cannotBeRead(file);
                }
            } else {
                all.add(file);
            }
        }
        return all;
    }

    private static boolean read(ImportedFiles read, Path file) {
        try {
            return read.add(String.valueOf(file.getFileName()), Files.readString(file));
        } catch (CharacterCodingException other) {
            throw new Failure(Exit.FAILED, file.getFileName() + " is not in UTF-8", "save it so; nothing was stored");
        } catch (IOException unreadable) {
            throw cannotBeRead(file);
        } catch (ImportedFiles.Unreadable wrong) {
            throw new Failure(
                    Exit.FAILED, String.valueOf(wrong.getMessage()), "correct or remove that row; nothing was stored");
        }
    }

    private static Failure cannotBeRead(Path file) {
        return new Failure(Exit.USAGE, file.getFileName() + " cannot be read", "name CSV files, or folders of them");
    }

    private void show(Taken taken, LocalDate kept) {
        List<Day> days = taken.days;
        LocalDate from = days.isEmpty() ? null : days.getFirst().day();
        LocalDate to = days.isEmpty() ? null : days.getLast().day();
        long expired = days.stream().filter(day -> day.day().isBefore(kept)).count();
        List<String> lines = new ArrayList<>();
        lines.add((dryRun ? "would take " : "took ") + HumanFormat.count(days.size(), "day") + " of " + slug
                + (from == null ? "" : ", " + from + " to " + to) + ", with "
                + HumanFormat.count(days.stream().mapToLong(Day::pageViews).sum(), "page view"));
        taken.leftFiles.forEach(file -> lines.add("left " + file + ", whose figures are not kept"));
        if (taken.leftDays > 0) {
            lines.add("left " + HumanFormat.count(taken.leftDays, "day") + " from " + taken.first + " on, which " + slug
                    + " counts itself");
        }
        if (expired > 0) {
            lines.add("the next purge removes the " + HumanFormat.count(expired, "day") + " before " + kept
                    + ": first raise ROLLUP_RETENTION_MONTHS to keep them");
        }
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("dryRun", dryRun)
                                .with("property", slug)
                                .with("from", from)
                                .with("to", to)
                                .with("days", days.size())
                                .with(
                                        "pageViews",
                                        days.stream().mapToLong(Day::pageViews).sum())
                                .with("leftDays", taken.leftDays)
                                .with("leftFrom", taken.leftDays == 0 ? null : taken.first)
                                .with("expiredDays", expired)
                                .with("rollupsKeptFrom", kept)
                                .with("leftFiles", taken.leftFiles),
                        lines);
    }
}
