package com.altcontext.ops.imports.original;

import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.property.Properties;
import com.altcontext.property.Property;
import com.altcontext.property.PropertySettings;
import com.altcontext.property.PropertyStore;
import com.altcontext.property.PropertyStore.PropertyAddition;
import com.altcontext.property.Shields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Imports the properties that events of the earlier system name. That system stored no names or domains of properties. */
final class OriginalProperties {
    private static final String NAMES = "SELECT DISTINCT coalesce(property_id, '') FROM events ORDER BY 1";

    private final Sql sql;
    private final boolean dryRun;
    private final ImportReport report;

    OriginalProperties(Sql sql, boolean dryRun, ImportReport report) {
        this.sql = sql;
        this.dryRun = dryRun;
        this.report = report;
    }

    /**
     * Adds the properties that are missing here.
     *
     * @return each property, with what the earlier system called it
     */
    Map<Property, List<String>> importAll(Tx original) {
        Map<String, List<String>> bySlug = new TreeMap<>();
        for (String name : original.query(NAMES, row -> row.text(1))) {
            String slug = OriginalText.slug(name);
            bySlug.computeIfAbsent(slug, _ -> new ArrayList<>()).add(name);
            if (!name.isEmpty() && !name.equals(slug)) {
                report.changed("properties whose name is not a slug, and which are now part of default");
            }
        }
        Properties properties = new Properties(sql);
        properties.refresh();
        for (String slug : bySlug.keySet()) {
            if (properties.bySlug(slug) == null) {
                add(slug);
            }
        }
        properties.refresh();
        Map<Property, List<String>> imported = new LinkedHashMap<>();
        bySlug.forEach((slug, names) -> {
            @Nullable Property known = properties.bySlug(slug);
            imported.put(
                    known == null ? new Property(slug, Set.of(), Property.UTC, Shields.NONE, false) : known, names);
        });
        return imported;
    }

    private void add(String slug) {
        if (dryRun) {
            report.imported("properties", 1);
            return;
        }
        PropertySettings wanted = new PropertySettings(slug, slug, null, null, null, null, null, null);
        if (sql.inTransaction(tx -> PropertyStore.add(tx, wanted)) instanceof PropertyAddition.Added) {
            report.imported("properties", 1);
        }
    }
}
