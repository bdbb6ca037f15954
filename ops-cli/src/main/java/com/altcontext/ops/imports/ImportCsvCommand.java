package com.altcontext.ops.imports;

import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.Statistics;
import com.altcontext.metrics.rollup.ImportedDays;
import com.altcontext.metrics.rollup.ImportedDays.Day;
import com.altcontext.ops.command.CommandContext;
import com.altcontext.ops.command.Exit;
import com.altcontext.ops.command.Failure;
import com.altcontext.ops.command.HumanFormat;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.command.ProgressLine;
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
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Imports the daily figures that another system exported. */
@Command(
        name = "csv",
        description = {
            "Imports daily figures in the format of Plausible's export (imported_visitors….csv, imported_sources….csv, …) for the days "
                    + "before the first one that the property counts itself, and before today.",
            "Imported days are marked: figures that daily sums cannot give are null for them. Another run replaces these days, and "
                    + "--remove removes all imported days of the property."
        },
        footer = {
            "",
            "Example:",
            "  altops import csv --property docs export/",
            "  altops import csv --property docs --remove"
        })
final class ImportCsvCommand implements Runnable {
    private static final Duration MAX_STATEMENT = Duration.ofMinutes(2);

    private final CommandContext context;

    @ArgGroup(multiplicity = "1")
    private Source source = new Source();

    @Option(
            names = "--property",
            required = true,
            paramLabel = "SLUG",
            description = "The property that the figures are about.")
    private String slug = "";

    @Option(names = "--dry-run", description = "Show what would be imported or removed, and change nothing.")
    private boolean dryRun;

    /** Either files or {@code --remove}. */
    private static final class Source {
        @Parameters(arity = "1..*", paramLabel = "FILE", description = "CSV files, or folders of them.")
        private List<Path> files = List.of();

        @Option(names = "--remove", description = "Remove all imported days of the property.")
        private boolean remove;
    }

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
            throw CommandContext.unknownProperty(slug);
        }
        if (source.remove) {
            remove(sql);
        } else {
            importFiles(sql, property);
        }
    }

    private void remove(Sql sql) {
        int days;
        try (var _ = context.output().progress("waiting for a rollup")) {
            days = Retry.inTransaction(
                    sql, tx -> dryRun ? ImportedDays.of(tx, slug).size() : ImportedDays.remove(tx, slug));
        }
        context.output()
                .print(
                        JsonObject.ok(true)
                                .with("dryRun", dryRun)
                                .with("property", slug)
                                .with("removed", days),
                        List.of((dryRun ? "would remove " : "removed ") + HumanFormat.count(days, "imported day")
                                + " of " + slug));
    }

    private void importFiles(Sql sql, Property property) {
        ImportedFiles read = new ImportedFiles(property.domains());
        List<String> skippedFiles = new ArrayList<>();
        for (Path file : allFiles()) {
            if (!read(read, file)) {
                skippedFiles.add(String.valueOf(file.getFileName()));
            }
        }
        List<Day> all = read.days();
        if (all.isEmpty()) {
            throw new Failure(
                    Exit.FAILED,
                    "there is no imported_visitors….csv with a day in it",
                    "give all files of the export, or their folder");
        }
        LocalDate today = LocalDate.ofInstant(context.now(), property.timeZone());
        ImportedExport imported;
        try (ProgressLine progress = context.output().progress("waiting for a rollup")) {
            imported = Retry.inTransaction(sql, tx -> {
                LocalDate own = ImportedDays.firstOwnDay(tx, slug);
                LocalDate first = own == null || today.isBefore(own) ? today : own;
                List<Day> days =
                        all.stream().filter(day -> day.day().isBefore(first)).toList();
                if (!dryRun) {
                    ImportedDays.save(tx, slug, days, day -> progress.step("storing " + day));
                }
                return new ImportedExport(days, all.size() - days.size(), first, skippedFiles);
            });
            if (!dryRun) {
                Statistics.gatherMissing(sql);
            }
        }
        show(imported, context.environment().retention(null).rollupsKeptFrom(context.now()));
    }

    /** @param firstOwn the first day that the property counts itself: this day and later ones are skipped */
    private record ImportedExport(List<Day> days, int skippedDays, LocalDate firstOwn, List<String> skippedFiles) {}

    private List<Path> allFiles() {
        List<Path> all = new ArrayList<>();
        for (Path file : source.files) {
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

    /** Reads a file, unless its kind of figure is not stored here. */
    private static boolean read(ImportedFiles read, Path file) {
        String name = String.valueOf(file.getFileName());
        if (!Files.isReadable(file)) {
            throw cannotBeRead(file);
        }
        if (!ImportedFiles.isStored(name)) {
            return false;
        }
        try {
            read.add(name, Files.readString(file));
            return true;
        } catch (CharacterCodingException other) {
            throw new Failure(
                    Exit.FAILED, file.getFileName() + " is not in UTF-8", "save it as UTF-8; nothing was stored");
        } catch (IOException unreadable) {
            throw cannotBeRead(file);
        } catch (ImportedFiles.Unreadable wrong) {
            throw new Failure(
                    Exit.FAILED, String.valueOf(wrong.getMessage()), "correct or remove that row; nothing was stored");
        }
    }

    private static Failure cannotBeRead(Path file) {
        return new Failure(Exit.USAGE, file.getFileName() + " cannot be read", "give CSV files, or folders of them");
    }

    private void show(ImportedExport imported, LocalDate kept) {
        List<Day> days = imported.days;
        LocalDate from = days.isEmpty() ? null : days.getFirst().day();
        LocalDate to = days.isEmpty() ? null : days.getLast().day();
        long expired = days.stream().filter(day -> day.day().isBefore(kept)).count();
        List<String> lines = new ArrayList<>();
        lines.add((dryRun ? "would import " : "imported ") + HumanFormat.count(days.size(), "day") + " of " + slug
                + (from == null ? "" : ", " + from + " to " + to) + ", with "
                + HumanFormat.count(days.stream().mapToLong(Day::pageViews).sum(), "page view"));
        imported.skippedFiles.forEach(file -> lines.add("skipped " + file + ", whose kind of figure is not stored"));
        if (imported.skippedDays > 0) {
            lines.add("skipped " + HumanFormat.count(imported.skippedDays, "day") + " from " + imported.firstOwn
                    + " on, which " + slug + " counts itself");
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
                                .with("leftDays", imported.skippedDays)
                                .with("leftFrom", imported.skippedDays == 0 ? null : imported.firstOwn)
                                .with("expiredDays", expired)
                                .with("rollupsKeptFrom", kept)
                                .with("leftFiles", imported.skippedFiles),
                        lines);
    }
}
