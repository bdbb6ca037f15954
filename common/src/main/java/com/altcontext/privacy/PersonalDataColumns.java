package com.altcontext.privacy;

import com.altcontext.db.Tx;
import com.altcontext.event.Event;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The columns of a table that hold text from outside, which may contain another person's address. An erasure searches
 * all of them. Two more tables are searched in {@link Erasure}: {@code consent_events}, whose rows are never updated,
 * and {@code visitors}, whose {@code anon_id} determines their key.
 *
 * <p>In the tables that grow, only rows with an at sign are read, by an index with the same condition as here. The
 * time that a row takes depends only on its length, not on its text.
 *
 * @param texts columns of plain text
 * @param documents columns that hold JSON, as {@code jsonb} or as text
 */
record PersonalDataColumns(String table, List<String> texts, List<String> documents) {
    private static final List<String> UTM =
            List.of("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer_host");

    private static final String SOUGHT = "(SELECT ?::text AS rough, ?::text AS precise) AS sought";

    static final PersonalDataColumns EVENTS = new PersonalDataColumns(
            "events",
            Stream.concat(Stream.of("event_type", "path", "referrer", "hostname"), UTM.stream())
                    .toList(),
            List.of("props"));

    /**
     * Makes the planner use the indexes for the rest of the transaction: it has no statistics of a new partition, and
     * expects that reading all of it is cheap. The JIT compiler is off too: a table without such an index then looks
     * so costly that each statement would be compiled, which takes longer than running it.
     */
    private static final String BY_INDEX = Tx.ALSO_ON_NODES + "SET LOCAL enable_seqscan = off; SET LOCAL jit = off";

    static final PersonalDataColumns SESSIONS = new PersonalDataColumns(
            "sessions",
            Stream.concat(UTM.stream(), Stream.of("hostname", "entry_path", "exit_path"))
                    .toList(),
            List.of());

    /** The tables whose rows do not belong to a visitor. */
    static final List<PersonalDataColumns> OTHERS = List.of(
            new PersonalDataColumns("daily_dimension_rollups", List.of("value"), List.of()),
            new PersonalDataColumns("form_submissions", List.of("form_name"), List.of("payload")),
            new PersonalDataColumns("outbox", List.of("destination"), List.of("body")),
            new PersonalDataColumns(
                    "leads",
                    List.of(
                            "source_channel",
                            "form_name",
                            "capture_referrer_host",
                            "capture_utm_source",
                            "capture_utm_medium",
                            "capture_utm_campaign",
                            "capture_landing_path",
                            "first_referrer_host",
                            "first_utm_source",
                            "first_utm_medium",
                            "first_utm_campaign",
                            "first_landing_path"),
                    List.of()));

    /** Call this in a transaction before the first search. */
    static void searchByIndex(Tx tx) {
        tx.update(BY_INDEX);
    }

    /**
     * Replaces the address in the whole table.
     *
     * @return how many rows were changed
     */
    long erase(Tx tx, AddressPattern address) {
        return tx.update(updateStatement(), address.rough(), address.precise());
    }

    /** Replaces the address in the whole table, except in the rows of these visitors. */
    long eraseExceptOf(Tx tx, Collection<UUID> visitors, AddressPattern address) {
        return tx.update(
                updateStatement() + " AND visitor_id <> ALL (?::uuid[])",
                address.rough(),
                address.precise(),
                visitors.toArray(UUID[]::new));
    }

    /** Replaces the address in the events that were received since a time, except in those of these visitors. */
    static long eraseReceivedSince(Tx tx, Instant since, Collection<UUID> visitors, AddressPattern address) {
        return tx.update(
                EVENTS.updateStatement() + " AND visitor_id <> ALL (?::uuid[]) AND received_at >= ? AND day >= ?",
                address.rough(),
                address.precise(),
                visitors.toArray(UUID[]::new),
                since,
                LocalDate.ofInstant(since, ZoneOffset.UTC).minusDays(Event.LATE_DAYS));
    }

    /** How many rows hold the address. */
    long count(Tx tx, AddressPattern address) {
        return tx.queryOne(countStatement(), row -> row.number(1), address.rough(), address.precise());
    }

    /** How many rows hold the address, without those that have one of the ids in {@code column}. */
    long count(Tx tx, AddressPattern address, String column, Collection<UUID> except) {
        return tx.queryOne(
                countStatement() + " AND (" + column + " <> ALL (?::uuid[])) IS NOT FALSE",
                row -> row.number(1),
                address.rough(),
                address.precise(),
                except.toArray(UUID[]::new));
    }

    private String countStatement() {
        return "SELECT count(*) FROM " + table + ", " + SOUGHT + condition();
    }

    private String updateStatement() {
        String set = Stream.concat(
                        texts.stream().map(column -> column + " = erased(" + column + ", sought.precise)"),
                        documents.stream().map(column -> column + " = " + erased(column) + castBack(column)))
                .collect(Collectors.joining(", "));
        return "UPDATE " + table + " SET " + set + " FROM " + SOUGHT + condition();
    }

    /**
     * Three conditions, each checked only for rows that pass the one before: the row has an at sign, by the index; a
     * text could hold this address; the texts do hold it. For the last, all texts of the row are joined by line
     * breaks, since a line break ends an address as the end of a text does.
     */
    private String condition() {
        List<String> all = Stream.concat(texts.stream(), documents.stream().map(column -> column + "::text"))
                .toList();
        String atSign = table.equals("events") || table.equals("sessions")
                ? "may_hold_address"
                : all.stream().map(text -> "holds_at_sign(" + text + ")").collect(Collectors.joining(" OR ", "(", ")"));
        Stream<String> precise =
                Stream.concat(texts.stream(), documents.stream().map(PersonalDataColumns::documentTexts));
        return " WHERE " + atSign + " AND (" + joined(all.stream(), "' '") + ") ~* sought.rough" + " AND ("
                + joined(precise, "chr(10)") + ") ~* sought.precise";
    }

    /**
     * An expression for the texts of a document. Escaped backslashes and quotation marks are replaced as the
     * database's function {@code erased} replaces them: a text may be JSON itself, in which {@code \n} may stand
     * before an address, while the {@code n} after a quotation mark is a part of it.
     */
    static String documentTexts(String column) {
        return "document_texts(replace(replace(" + column + "::text, '\\\\', chr(1)), '\\\"', chr(2)))";
    }

    /** Like {@code concat_ws}, but immutable: in an update, Citus allows only immutable functions. */
    private static String joined(Stream<String> texts, String separator) {
        return texts.map(text -> "coalesce(" + text + ", '')").collect(Collectors.joining(" || " + separator + " || "));
    }

    private static String erased(String document) {
        return "erased(" + document + "::jsonb, sought.precise)";
    }

    /** {@code outbox.body} is stored as text, since its exact bytes are signed. */
    private static String castBack(String document) {
        return document.equals("body") ? "::text" : "";
    }
}
