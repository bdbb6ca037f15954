package com.altcontext.api.dashboard;

import com.altcontext.testing.Database;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/**
 * A service with the data of {@link DashboardPast}, and a tab for each test. All classes share the service, which takes
 * seconds to fill, until a new day begins.
 */
@SuppressWarnings("NonFinalStaticField") // A new day gets new ones.
abstract class FilledDashboard {
    static Database DATABASE = Database.migrated();
    static DashboardPast PAST = new DashboardPast(DATABASE.url());
    static DashboardStage STAGE = filled(DATABASE, PAST);
    /** The last seven days of a property whose visits can be counted by hand. */
    static final String SEVEN = "?window=7&property=kiln";

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> STAGE.close()));
    }

    final DashboardTab page = tabOfToday();

    /** The data end with the day on which they were stored, and the tests count days from today. */
    private static DashboardTab tabOfToday() {
        if (!PAST.today.equals(LocalDate.now(ZoneOffset.UTC))) {
            STAGE.close();
            DATABASE = Database.migrated();
            PAST = new DashboardPast(DATABASE.url());
            STAGE = filled(DATABASE, PAST);
        }
        return STAGE.tab();
    }

    private static DashboardStage filled(Database database, DashboardPast past) {
        past.fill();
        // The service takes seconds to notice new properties and goals, so those for single tests are added before it
        // starts.
        for (String slug : List.of(
                "old",
                "marked",
                "referred",
                "busy-now",
                "read",
                "teas",
                "wished",
                "nameless",
                "many-pages",
                "colours",
                "full",
                "few",
                "wordy",
                "landings",
                "moved",
                "far",
                "goals",
                "shared")) {
            past.property(slug, "UTC");
        }
        past.stored.execute("INSERT INTO goals (property_id, name, path_pattern) VALUES ('shared', 'seen', '/')");
        past.stored.execute("INSERT INTO goals (property_id, name, path_pattern)"
                + " SELECT 'goals', '=goal ' || n, '/' FROM generate_series(1, 12) AS n");
        past.property("kiritimati", "Pacific/Kiritimati");
        past.property("toronto", "America/Toronto");
        past.property("pago-pago", "Pacific/Pago_Pago");
        past.stored.execute(
                "UPDATE leads SET first_traffic_source = 'organic_search', capture_traffic_source = 'direct',"
                        + " form_name = 'newsletter' WHERE email = 'anna@example.ca'");
        return new DashboardStage(database.url(), Map.of());
    }
}
