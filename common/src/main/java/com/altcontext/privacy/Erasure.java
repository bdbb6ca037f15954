package com.altcontext.privacy;

import com.altcontext.audit.AuditLog;
import com.altcontext.audit.Caller;
import com.altcontext.db.AdvisoryLock;
import com.altcontext.db.Buckets;
import com.altcontext.db.Retry;
import com.altcontext.db.Sql;
import com.altcontext.db.Tx;
import com.altcontext.lead.Email;
import com.altcontext.lead.LeadLock;
import com.altcontext.metrics.RollupLock;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.VisitorLock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Erases a person, identified by an e-mail address, on every property: the leads with all their rows; the visitors
 * who submitted a form with this address, with their sessions and events; and the address in every other text that
 * was sent. All of this is one transaction, which adds a row to {@code erasure_log}. If there are more visitors than
 * one transaction can lock, the surplus is erased before that, in transactions that add a row each.
 *
 * <p>A visitor who submitted several addresses is erased as soon as one of them is: otherwise a stranger could keep a
 * person's data in place by submitting another address for the same visitor. What was sent with the other addresses
 * stays, without its link to that visitor.
 *
 * <p>Erasures run one after the other: two at once, of people who have sent each other's addresses, would each change
 * rows that the other is about to delete. The steps are ordered so that other work is blocked as little as possible.
 * The slow step, searching all events, comes first and takes no other lock. Then the erasure waits for a running
 * rollup, and locks out captures of this address ({@link LeadLock}) and writers of the erased visitors ({@link
 * VisitorLock}). The later steps work by key or by an index, or search the smaller tables and the events that were
 * received since the erasure began.
 */
public final class Erasure {
    /**
     * The largest assumed difference between the clocks of the machine that received an event and of the machine that
     * began the erasure.
     */
    private static final Duration CLOCK_DIFFERENCE = Duration.ofMinutes(10);

    private static final AdvisoryLock LOCK = new AdvisoryLock("altcontext.erasure");

    private static final String LINKED = """
            SELECT DISTINCT i.visitor_id
            FROM lead_identities AS i JOIN leads AS l ON l.id = i.lead_id
            WHERE l.email = ? AND i.source = 'form_submit'
            """;

    private static final String FIND_BY_ANON_ID = """
            SELECT visitor_id FROM visitors WHERE holds_at_sign(anon_id) AND anon_id ~* ? AND anon_id ~* ?
            """;

    /** Enough to show that there are more visitors than one transaction can lock. */
    private static final String FIND_SOME_BY_ANON_ID = FIND_BY_ANON_ID + "LIMIT " + (VisitorLock.MAX_VISITORS + 1);

    /**
     * Rows of {@code consent_events} are never updated: a row that holds the address is deleted and added again
     * without it.
     */
    private static final String REPLACE_CONSENT = """
            WITH old AS (
                DELETE FROM consent_events
                WHERE concat_ws(' ', form_name, path, policy_version, purpose, reason) ~* ?
                  AND concat_ws(chr(10), form_name, path, policy_version, purpose, reason) ~* ?
                RETURNING *)
            INSERT INTO consent_events (
                id, lead_id, property_id, status, source, form_name, path, policy_version, purpose, reason, occurred_at,
                expires_at, ip_hash, confirms)
            OVERRIDING SYSTEM VALUE
            SELECT id, lead_id, property_id, status, source, erased(form_name, ?), erased(path, ?), erased(policy_version, ?),
                   erased(purpose, ?), erased(reason, ?), occurred_at, expires_at, ip_hash, confirms
            FROM old
            """;

    private static final String LOG = """
            INSERT INTO erasure_log (erased_at, erased_by, email_hash, counts)
            VALUES (?, ?, ?, jsonb_build_object(
                'leads', ?::bigint, 'submissions', ?::bigint, 'consents', ?::bigint, 'links', ?::bigint,
                'messages', ?::bigint, 'visitors', ?::bigint, 'sessions', ?::bigint, 'events', ?::bigint,
                'changed', ?::bigint))
            """;

    private static final String ERASURES = """
            SELECT encode(email_hash, 'hex'), max(erased_at) FROM erasure_log GROUP BY email_hash
            """;

    /**
     * The condition that an entry of {@code erasure_log} is about a person. Entries without a count of visitors are not:
     * a removed demo, or leads that never confirmed.
     */
    public static final String IS_OF_PERSON = "jsonb_exists(counts, 'visitors')";

    private static final String PERSONS =
            "SELECT DISTINCT encode(email_hash, 'hex') FROM erasure_log WHERE " + IS_OF_PERSON;

    private static final String HELD = """
            SELECT email, min(since)
            FROM (SELECT email, first_captured_at AS since FROM leads UNION ALL SELECT email, created_at FROM recipients) AS held
            GROUP BY email
            """;

    private final Sql sql;
    private final KeyedHash hash;
    private final @Nullable Duration timeout;

    /** @param hash with the service's pepper: without it an entry of the log cannot be matched to an address */
    public Erasure(Sql sql, KeyedHash hash) {
        this(sql, hash, null);
    }

    private Erasure(Sql sql, KeyedHash hash, @Nullable Duration timeout) {
        this.sql = sql;
        this.hash = hash;
        this.timeout = timeout;
    }

    /**
     * An erasure with a timeout: if it takes longer, it is rolled back. If the database does not answer any more, this
     * is noticed {@link Tx#DRIVER_EXTRA_TIME} after the timeout.
     */
    public Erasure within(Duration timeout) {
        return new Erasure(sql.withTimeout(timeout.plus(Tx.DRIVER_EXTRA_TIME)), hash, timeout);
    }

    /**
     * Erases the person with this address, and notes in {@code audit_log} who asked. Safe to repeat.
     *
     * @return what was removed, or empty if nothing is held about this address; then nothing was written
     * @throws TookTooLong if it ran into the timeout: the person is still there, perhaps with fewer visitors
     */
    public Optional<Erased> erase(Email email, Caller caller, Instant at) {
        return erase(email, caller.by(), caller, at);
    }

    /** Erases without adding a row to {@code audit_log}. */
    Optional<Erased> erase(Email email, String by, Instant at) {
        return erase(email, by, null, at);
    }

    private record Request(Email email, AddressPattern address, String by, Instant at, Deadline deadline) {}

    private Optional<Erased> erase(Email email, String by, @Nullable Caller caller, Instant at) {
        Request request = new Request(email, AddressPattern.of(email), by, at, Deadline.in(timeout));
        VisitorRows surplus = eraseSurplus(request);
        return withRetry(request.deadline, tx -> {
            Optional<Erased> erased = erase(tx, request, surplus);
            if (caller != null) {
                erased.ifPresent(
                        rows -> AuditLog.add(tx, caller, AuditLog.Entry.of("lead_delete", null, rows.leads()), at));
            }
            return erased;
        });
    }

    /**
     * Erases visitors in parts, until one transaction can lock those that are left. A stranger can make thousands of
     * visitors who submit this address or whose identifier holds it. Each part is logged, since the steps after it
     * may run into the timeout.
     */
    private VisitorRows eraseSurplus(Request request) {
        VisitorRows gone = VisitorRows.NONE;
        while (true) {
            Optional<VisitorRows> some = withRetry(request.deadline, tx -> {
                var _ = Buckets.read(tx);
                PersonalDataColumns.searchByIndex(tx);
                takeTurn(tx, request.deadline);
                Set<UUID> toErase = linked(tx, request.email);
                toErase.addAll(findByAnonId(tx, FIND_SOME_BY_ANON_ID, request.address));
                if (toErase.size() <= VisitorLock.MAX_VISITORS) {
                    return Optional.empty();
                }
                VisitorRows part = VisitorRows.delete(
                        tx, toErase.stream().limit(VisitorLock.MAX_VISITORS).toList());
                log(tx, request, Erased.of(LeadRows.NONE, part, 0));
                return Optional.of(part);
            });
            if (some.isEmpty()) {
                return gone;
            }
            gone = gone.and(some.get());
        }
    }

    private <T> T withRetry(Deadline deadline, Sql.Work<T> work) {
        return Retry.onConflict(() -> deadline.run(() -> sql.inTransaction(tx -> {
            deadline.limit(tx);
            return work.in(tx);
        })));
    }

    /**
     * Erases again the persons that a restored backup has brought back: each address that was captured, or became a
     * recipient of alerts or reports, before it was erased. Those that came after their erasure stay. The log must be
     * the current one, not the backup's.
     *
     * @return how many persons were erased
     */
    public int replay(String by, Instant at) {
        List<Email> returned = sql.inTransaction(tx -> {
            Map<String, Instant> erasures = tx.query(ERASURES, row -> Map.entry(row.text(1), row.time(2))).stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            List<Email> found = new ArrayList<>();
            tx.each(HELD, row -> {
                Email email = new Email(row.text(1));
                Instant erased = erasures.get(HexFormat.of().formatHex(hashOf(hash, email)));
                if (erased != null && row.time(2).isBefore(erased)) {
                    found.add(email);
                }
            });
            return found;
        });
        int erased = 0;
        for (Email email : returned) {
            erased += erase(email, by, at).isPresent() ? 1 : 0;
        }
        return erased;
    }

    /**
     * Tells whether an address was erased, for an import of older data, which must not bring it back.
     *
     * @param hash is called only if anybody was erased
     */
    public static Predicate<Email> erased(Tx tx, Supplier<KeyedHash> hash) {
        Set<String> hashes = Set.copyOf(tx.query(PERSONS, row -> row.text(1)));
        if (hashes.isEmpty()) {
            return _ -> false;
        }
        KeyedHash keyed = hash.get();
        return email -> hashes.contains(HexFormat.of().formatHex(hashOf(keyed, email)));
    }

    private Optional<Erased> erase(Tx tx, Request request, VisitorRows surplus) {
        Email email = request.email;
        AddressPattern address = request.address;
        Deadline deadline = request.deadline;
        // First, so that this transaction holds no lock while it waits for a change of the buckets.
        var _ = Buckets.read(tx);
        PersonalDataColumns.searchByIndex(tx);
        takeTurn(tx, deadline);
        // The events of the person's own visitors are deleted below.
        long changed = PersonalDataColumns.EVENTS.eraseExceptOf(tx, linked(tx, email), address);

        deadline.limit(tx);
        // A running rollup has read the events before the erasure, and would store the address among the values of its
        // day after these were searched. A later rollup waits for the erasure, and reads the events without the
        // address.
        RollupLock.take(tx);
        LeadLock.take(tx, email);
        Set<UUID> toErase = linked(tx, email);
        LeadRows leads = LeadRows.delete(tx, email);
        for (PersonalDataColumns columns : PersonalDataColumns.OTHERS) {
            deadline.limit(tx);
            changed += columns.erase(tx, address);
        }
        changed += replaceConsent(tx, address);
        toErase.addAll(findByAnonId(tx, address));
        deadline.limit(tx);
        changed += PersonalDataColumns.eraseReceivedSince(tx, request.at.minus(CLOCK_DIFFERENCE), toErase, address);
        deadline.limit(tx);
        changed += PersonalDataColumns.SESSIONS.eraseExceptOf(tx, toErase, address);
        deadline.limit(tx);
        VisitorRows visitors = toErase.isEmpty() ? VisitorRows.NONE : VisitorRows.delete(tx, toErase);
        Erased here = Erased.of(leads, visitors, changed);
        if (!here.isNothing()) {
            log(tx, request, here);
        }
        Erased all = Erased.of(leads, surplus.and(visitors), changed);
        return all.isNothing() ? Optional.empty() : Optional.of(all);
    }

    /** Waits for other erasures, and limits the statements that follow to the time that is left then. */
    private static void takeTurn(Tx tx, Deadline deadline) {
        deadline.limit(tx);
        LOCK.take(tx);
        deadline.limit(tx);
    }

    private static Set<UUID> linked(Tx tx, Email email) {
        return new LinkedHashSet<>(tx.query(LINKED, row -> row.id(1), email.value()));
    }

    /** The visitors whose identifier holds the address. */
    static List<UUID> findByAnonId(Tx tx, AddressPattern address) {
        return findByAnonId(tx, FIND_BY_ANON_ID, address);
    }

    private static List<UUID> findByAnonId(Tx tx, String statement, AddressPattern address) {
        return tx.query(statement, row -> row.id(1), address.rough(), address.precise());
    }

    private static long replaceConsent(Tx tx, AddressPattern address) {
        String precise = address.precise();
        return tx.update(REPLACE_CONSENT, address.rough(), precise, precise, precise, precise, precise, precise);
    }

    private void log(Tx tx, Request request, Erased erased) {
        tx.update(
                LOG,
                request.at,
                request.by,
                hashOf(hash, request.email),
                erased.leads(),
                erased.submissions(),
                erased.consents(),
                erased.links(),
                erased.messages(),
                erased.visitors(),
                erased.sessions(),
                erased.events(),
                erased.changed());
    }

    /** The label makes it differ from other hashes under the same pepper. */
    private static byte[] hashOf(KeyedHash hash, Email email) {
        return hash.of("erasure\n" + email.value());
    }
}
