package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.event.Event;
import com.altcontext.event.EventStore;
import com.altcontext.event.Outcome;
import com.altcontext.event.Receipt;
import com.altcontext.testing.Database;
import com.altcontext.testing.TestEvent;
import com.altcontext.visit.SessionRule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Creates writers of events to a real database, for the tests of these writers. */
abstract class GroupCommitFixture {
    /** Bounds only a hang: tests read what was stored until the end. */
    static final Duration MAX_STOP = Duration.ofMinutes(1);

    static final GroupCommit.Bounds BOUNDS = new GroupCommit.Bounds(1_000, 256, 4 << 20, MAX_STOP);
    static final long MEMORY = 4 << 20;

    static Database database;

    final Rejections rejections = new Rejections(property -> ZoneOffset.UTC, InstantSource.system());
    final List<CommittedBatch> batches = new ArrayList<>();
    final List<GroupCommit> open = new ArrayList<>();

    @BeforeAll
    static void migrate() {
        database = Database.migrated();
    }

    @BeforeEach
    void empty() {
        database.run("TRUNCATE visitors, sessions, events, ingest_rejections");
    }

    @AfterEach
    void close() {
        open.forEach(GroupCommit::close);
    }

    /** As on a single PostgreSQL. */
    static BucketNodes noNodes(Sql sql) {
        return new BucketNodes(sql, _ -> sql);
    }

    GroupCommit writer(Sql sql, GroupCommit.Bounds bounds) {
        return writer(sql, bounds, new MemoryBudget(MEMORY));
    }

    GroupCommit writer(Sql sql, GroupCommit.Bounds bounds, MemoryBudget memory) {
        DatabaseState state = new DatabaseState(sql, InstantSource.system());
        state.check();
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        Consumer<CommittedBatch> observer = batch -> {
            synchronized (batches) {
                batches.add(batch);
            }
        };
        GroupCommit writer = new GroupCommit(sql, state, noNodes(sql), store, rejections, bounds, memory, observer);
        open.add(writer);
        return writer;
    }

    GroupCommit writer(DatabaseState state) {
        return writer(database.sql(), state);
    }

    GroupCommit writer(Sql sql, DatabaseState state) {
        EventStore store = new EventStore(new SessionRule(Duration.ofMinutes(30)));
        GroupCommit writer = new GroupCommit(
                sql, state, noNodes(sql), store, rejections, BOUNDS, new MemoryBudget(MEMORY), batch -> {});
        open.add(writer);
        return writer;
    }

    GroupCommit started() {
        GroupCommit writer = writer(database.sql(), BOUNDS);
        writer.start();
        return writer;
    }

    static Event event(String anonId, String path) {
        return TestEvent.at(anonId, Instant.now()).path(path).event();
    }

    static List<Outcome> answer(CompletableFuture<List<Outcome>> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    static Receipt receipt(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Stored stored -> stored.receipt();
            case Outcome.Duplicate duplicate -> duplicate.receipt();
            default -> throw new AssertionError("no receipt: " + outcome);
        };
    }

    static void assertUnavailable(Supplier<CompletableFuture<List<Outcome>>> submission, Unavailable.Reason reason) {
        assertThatThrownBy(() -> {
                    try {
                        answer(submission.get());
                    } catch (ExecutionException failed) {
                        throw failed.getCause();
                    }
                })
                .isInstanceOfSatisfying(
                        Unavailable.class, away -> assertThat(away.reason()).isEqualTo(reason));
    }
}
