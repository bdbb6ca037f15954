package com.altcontext.retention;

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
 * all of them. {@link Erasure} itself searches {@code consent_events}, which are never updated, and {@code visitors},
 * whose {@code anon_id} makes their key.
 *
 * <p>In the tables that grow, only rows with an at sign are read: each has an index of them, with the same condition as
 * here. The cost of a row grows only with its length, whatever its text is.
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
     * Makes the planner use the indexes, for the rest of the transaction: it has no statistics of a new partition, and
     * expects that reading all of it is cheap. A table without such an index then looks so costly that each statement would be
     * compiled, which takes longer than to run it.
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

    /** Called in a transaction before the first search. */
    static void lookByIndex(Tx tx) {
        tx.update(BY_INDEX);
    }

    /**
     * Replaces the address in the whole table.
     *
     * @return how many rows were changed
     */
    long erase(Tx tx, AddressPattern address) {
        return tx.update(statement(), address.rough(), address.precise());
    }

    /** The same, except in the rows of some visitors. */
    long eraseExceptOf(Tx tx, Collection<UUID> visitors, AddressPattern address) {
        return tx.update(
                statement() + " AND visitor_id <> ALL (?::uuid[])",
                address.rough(),
                address.precise(),
                visitors.toArray(UUID[]::new));
    }

    /** The same for the events alone that were received since a time. */
    static long eraseReceivedSince(Tx tx, Instant since, Collection<UUID> visitors, AddressPattern address) {
        return tx.update(
                EVENTS.statement() + " AND visitor_id <> ALL (?::uuid[]) AND received_at >= ? AND day >= ?",
                address.rough(),
                address.precise(),
                visitors.toArray(UUID[]::new),
                since,
                LocalDate.ofInstant(since, ZoneOffset.UTC).minusDays(Event.LATE_DAYS));
    }

    /** How many rows hold the address. */
    long count(Tx tx, AddressPattern address) {
        return tx.queryOne(counting(), row -> row.number(1), address.rough(), address.precise());
    }

    /** How many rows hold the address, except those that have one of the ids in a column. */
    long count(Tx tx, AddressPattern address, String column, Collection<UUID> except) {
        return tx.queryOne(
                counting() + " AND (" + column + " <> ALL (?::uuid[])) IS NOT FALSE",
                row -> row.number(1),
                address.rough(),
                address.precise(),
                except.toArray(UUID[]::new));
    }

    private String counting() {
        return "SELECT count(*) FROM " + table + ", " + SOUGHT + holding();
    }

    private String statement() {
        String set = Stream.concat(
                        texts.stream().map(column -> column + " = erased(" + column + ", sought.precise)"),
                        documents.stream().map(column -> column + " = " + erased(column) + castBack(column)))
                .collect(Collectors.joining(", "));
        return "UPDATE " + table + " SET " + set + " FROM " + SOUGHT + holding();
    }

    /**
     * Three conditions, each checked only for rows that pass the one before: an at sign, by the index; a text that could be
     * this address; the address itself, in all texts of the row joined by line breaks. A line break ends an address as the
     * end of a text does.
     */
    private String holding() {
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
     * The texts of a document. Escaped backslashes and quotation marks are what {@code erased} makes of them: a text may be JSON
     * itself, where {@code \n} ends before an address and the {@code n} after a quotation mark is a part of it.
     */
    static String documentTexts(String column) {
        return "document_texts(replace(replace(" + column + "::text, '\\\\', chr(1)), '\\\"', chr(2)))";
    }

    /** As {@code concat_ws} does, but immutable: Citus lets an update use nothing else. */
    private static String joined(Stream<String> texts, String separator) {
        return texts.map(text -> "coalesce(" + text + ", '')").collect(Collectors.joining(" || " + separator + " || "));
    }

    private static String erased(String document) {
        return "erased(" + document + "::jsonb, sought.precise)";
    }

    /** This document is stored as text, since its exact bytes are signed. */
    private static String castBack(String document) {
        return document.equals("body") ? "::text" : "";
    }
}
