package com.altcontext.api;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Sql;
import io.agroal.api.AgroalDataSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Connection pools to the nodes of a Citus cluster, with the login and the options of the coordinator's URL. */
final class NodePools implements AutoCloseable {
    private final DatabaseUrl coordinator;
    private final Duration socketTimeout;
    private final List<AgroalDataSource> opened = new CopyOnWriteArrayList<>();

    NodePools(DatabaseUrl coordinator, Duration socketTimeout) {
        this.coordinator = coordinator;
        this.socketTimeout = socketTimeout;
    }

    /** Opens a pool without connecting. */
    Sql open(DatabaseUrl.Host node) {
        AgroalDataSource pool = DatabasePool.of(coordinator.on(node), socketTimeout);
        opened.add(pool);
        return new Sql(pool).withSocketTimeout(socketTimeout);
    }

    @Override
    public void close() {
        opened.forEach(AgroalDataSource::close);
    }
}
