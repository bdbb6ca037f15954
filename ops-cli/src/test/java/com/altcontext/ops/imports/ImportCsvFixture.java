package com.altcontext.ops.imports;

import com.altcontext.ops.CommandRun;
import com.altcontext.ops.MigratedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Files in the form of an export, and the command that imports them. */
abstract class ImportCsvFixture {
    static final LocalDate DAY = CommandRun.TODAY.minusDays(40);

    final MigratedDatabase database = MigratedDatabase.fresh();

    @TempDir
    Path export = Path.of("");

    @BeforeEach
    void write() throws IOException {
        write("imported_visitors_20260101_20260131.csv", """
                "date","visitors","pageviews","bounces","visits","visit_duration"
                %1$s,10,30,4,12,900
                %2$s,8,9,7,8,60
                """);
        write("imported_sources.csv", """
                date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,visitors,visits,visit_duration,bounces
                %1$s,Google,google.com,,,,,,10,4,5,1,1
                %1$s,Direct / None,,,,,,,5,3,3,1,1
                %1$s,letter,,letter,email,"autumn, ""first""\",,,8,2,2,1,1
                %1$s,Hacker News,,,,,,,7,1,1,1,1
                """);
        write("imported_pages.csv", """
                date,hostname,page,visits,visitors,pageviews
                %1$s,example.com,/,9,9,20
                %1$s,example.com,"/a,b",3,3,10
                """);
        write(
                "imported_devices.csv",
                "date,device,visitors,visits,visit_duration,bounces,pageviews\n%1$s,Laptop,5,6,1,1,7\n");
        write("imported_browsers.csv", "date,browser,visitors\n%1$s,Firefox,5\n");
    }

    void write(String name, String rows) throws IOException {
        Files.writeString(export.resolve(name), rows.formatted(DAY, DAY.plusDays(1)));
    }

    CommandRun importCsv(String... more) {
        String[] args = Stream.concat(
                        Stream.of("import", "csv", "--property", "default", export.toString()), Stream.of(more))
                .toArray(String[]::new);
        return database.altops(args);
    }
}
