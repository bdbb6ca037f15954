package com.altcontext.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.DatabaseState;
import com.altcontext.testing.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the log says about a database that goes away while the service runs. */
@Timeout(60)
@Tag("single-node") // On Citus, the tests reuse their connections.
class DatabaseStateLogTest extends GroupCommitFixture {
    private static final Logger LOG = Logger.getLogger(GroupCommit.class.getName());

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            if (logged.getMessage().startsWith("the database")) {
                lines.add(logged.getLevel() + " " + logged.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOG.addHandler(handler);
    }

    @AfterEach
    void leave() {
        LOG.removeHandler(handler);
    }

    @Test
    void a_lost_database_is_logged_with_the_reason_and_only_once_if_it_is_lost_again_and_again() {
        Database own = Database.migrated();
        DatabaseState state = new DatabaseState(own.sql(), InstantSource.system());
        started(state);
        for (int i = 0; i < 3; i++) {
            connections(own, false);
            state.lost();
            String trouble = Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(state::trouble, reason -> !reason.isEmpty());
            assertThat(trouble).isEqualTo("SQLSTATE 55000 in: connect");
            connections(own, true);
            await(state);
        }
        open.forEach(GroupCommit::close);
        assertThat(lines)
                .containsExactly(
                        "INFO the database is ready",
                        "WARNING the database cannot be reached or read: answering 503 until it can; SQLSTATE 55000 in: connect",
                        "INFO the database is ready");
    }

    @Test
    void a_broken_connection_is_not_logged_as_a_lost_database_if_the_next_one_works() {
        DatabaseState state = new DatabaseState(database.sql(), InstantSource.system());
        started(state);
        for (int i = 0; i < 3; i++) {
            state.lost();
            await(state);
        }
        open.forEach(GroupCommit::close);
        assertThat(lines).containsExactly("INFO the database is ready");
    }

    @Test
    void a_database_that_is_lost_right_after_a_check_is_logged_as_the_check_found_it() {
        DatabaseState state = new DatabaseState(database.sql(), InstantSource.system());
        DatabaseState.Status found = state.check();
        state.lost();

        new DatabaseStateLog(System.getLogger(GroupCommit.class.getName())).log(found, state.trouble());

        assertThat(lines).containsExactly("INFO the database is ready");
    }

    private void started(DatabaseState state) {
        writer(state).start();
        await(state);
    }

    private static void await(DatabaseState state) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(state::isReady);
    }

    private static void connections(Database own, boolean areAllowed) {
        database.run("ALTER DATABASE \"" + name(own) + "\" ALLOW_CONNECTIONS " + areAllowed);
    }

    private static String name(Database own) {
        return own.url().replaceFirst(".*/", "").replaceFirst("\\?.*", "");
    }
}
