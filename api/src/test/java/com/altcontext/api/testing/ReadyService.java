package com.altcontext.api.testing;

import com.altcontext.db.DatabaseState;
import io.quarkus.arc.Arc;
import io.quarkus.test.junit.callback.QuarkusTestBeforeEachCallback;
import io.quarkus.test.junit.callback.QuarkusTestMethodContext;

/**
 * Makes each test wait until the service has connected to its database. The service connects in the background and
 * answers 503 until then, so the first test after a start could fail otherwise.
 */
public final class ReadyService implements QuarkusTestBeforeEachCallback {
    @Override
    public void beforeEach(QuarkusTestMethodContext context) {
        DatabaseState database = Arc.container().instance(DatabaseState.class).get();
        StoredRows.await(database::wasReady, true);
    }
}
