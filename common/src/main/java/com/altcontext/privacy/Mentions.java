package com.altcontext.privacy;

import com.altcontext.db.Tx;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * How many rows of other people contain an address, by table. An erasure removes it from them. An export only counts
 * them, since they are about other people.
 */
record Mentions(Map<String, Long> byTable) {
    private static final PersonalDataColumns CONSENT = new PersonalDataColumns(
            "consent_events", List.of("form_name", "path", "policy_version", "purpose", "reason"), List.of());

    /**
     * @param leads those whose own rows are not counted
     * @param visitors those whose own rows are not counted
     */
    static Mentions count(
            Tx tx, AddressPattern address, Collection<UUID> leads, Collection<UUID> visitors, Deadline deadline) {
        Map<String, Long> byTable = new LinkedHashMap<>();
        for (PersonalDataColumns columns : List.of(PersonalDataColumns.EVENTS, PersonalDataColumns.SESSIONS)) {
            deadline.limit(tx);
            byTable.put(columns.table(), columns.count(tx, address, "visitor_id", visitors));
        }
        for (PersonalDataColumns columns : PersonalDataColumns.OTHERS) {
            deadline.limit(tx);
            byTable.put(
                    columns.table(),
                    switch (columns.table()) {
                        case "daily_dimension_rollups" -> columns.count(tx, address);
                        case "leads" -> columns.count(tx, address, "id", leads);
                        default -> columns.count(tx, address, "lead_id", leads);
                    });
        }
        byTable.put(CONSENT.table(), CONSENT.count(tx, address, "lead_id", leads));
        return new Mentions(byTable);
    }

    boolean isEmpty() {
        return byTable.values().stream().allMatch(count -> count == 0);
    }
}
