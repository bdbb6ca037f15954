package com.altcontext.api.dashboard;

import com.altcontext.testing.Database;
import java.util.List;
import java.util.Map;

/** A service with the data of {@link DashboardPast}, and a tab for each test. All classes share the service, which takes seconds to fill. */
abstract class FilledDashboard {
    static final Database DATABASE = Database.migrated();
    static final DashboardPast PAST = new DashboardPast(DATABASE.url());
    static final DashboardStage STAGE;
    /** The last seven days of a property whose visits can be counted by hand. */
    static final String SEVEN = "?window=7&property=kiln";

    static {
        PAST.fill();
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
                "moved",
                "far",
                "goals",
                "shared")) {
            PAST.property(slug, "UTC");
        }
        PAST.stored.execute("INSERT INTO goals (property_id, name, path_pattern) VALUES ('shared', 'seen', '/')");
        PAST.stored.execute("INSERT INTO goals (property_id, name, path_pattern)"
                + " SELECT 'goals', '=goal ' || n, '/' FROM generate_series(1, 12) AS n");
        PAST.property("kiritimati", "Pacific/Kiritimati");
        PAST.property("toronto", "America/Toronto");
        PAST.property("pago-pago", "Pacific/Pago_Pago");
        PAST.stored.execute(
                "UPDATE leads SET first_traffic_source = 'organic_search', capture_traffic_source = 'direct',"
                        + " form_name = 'newsletter' WHERE email = 'anna@example.ca'");
        STAGE = new DashboardStage(DATABASE.url(), Map.of());
        Runtime.getRuntime().addShutdownHook(new Thread(STAGE::close));
    }

    final DashboardTab page = STAGE.tab();
}
