package com.altcontext.ops.imports.original;

import com.altcontext.db.Tx;
import com.altcontext.lead.Email;
import com.altcontext.visit.AnonId;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;

/** People who were erased here, perhaps after an earlier import, and must not be imported again. */
final class ErasedPeople {
    private static final String VISITORS = """
            SELECT l.email_normalized, v.anon_id
            FROM leads AS l JOIN lead_identities AS i ON i.lead_id = l.id JOIN visitors AS v ON v.id = i.visitor_id
            WHERE i.link_source::text <> 'same_ip_ua_window'
            """;

    private final Predicate<Email> erased;
    private final Set<AnonId> visitors = new HashSet<>();

    /**
     * Finds the visitors of erased people: those whom the earlier system linked to their addresses.
     *
     * @param erased whether the owner of an address was erased here
     */
    ErasedPeople(Tx original, Predicate<Email> erased) {
        this.erased = erased;
        original.each(VISITORS, row -> {
            Email email = OriginalText.email(row.text(1));
            AnonId visitor = OriginalText.anonId(row.text(2));
            if (email != null && visitor != null && erased.test(email)) {
                visitors.add(visitor);
            }
        });
    }

    boolean contains(Email email) {
        return erased.test(email);
    }

    boolean contains(AnonId visitor) {
        return visitors.contains(visitor);
    }
}
