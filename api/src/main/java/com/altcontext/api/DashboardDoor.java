package com.altcontext.api;

import com.altcontext.db.Sql;
import com.altcontext.property.PropertyStore;
import java.util.Comparator;
import java.util.List;

/** {@code /v1/dashboard/…}: what the dashboard asks for beside the figures. */
final class DashboardDoor {
    private final Sql sql;
    private final Workers workers;

    DashboardDoor(Sql sql, Workers workers) {
        this.sql = sql;
        this.workers = workers;
    }

    void properties(Exchange exchange) {
        workers.run(exchange, () -> sql.inTransaction(PropertyStore::list), kept -> exchange.ok(json(kept)));
    }

    private static String json(List<PropertyStore.Kept> properties) {
        StringBuilder json = new StringBuilder("{\"ok\":true,\"properties\":[");
        String comma = "";
        for (PropertyStore.Kept property : properties.stream()
                .sorted(Comparator.comparing(PropertyStore.Kept::slug))
                .toList()) {
            json.append(comma).append("{\"id\":");
            Json.quote(json, property.slug());
            json.append(",\"name\":");
            Json.quote(json, property.name());
            json.append(",\"domains\":[");
            for (int i = 0; i < property.domains().size(); i++) {
                json.append(i == 0 ? "" : ",");
                Json.quote(json, property.domains().get(i));
            }
            json.append("]}");
            comma = ",";
        }
        return json.append("]}").toString();
    }
}
