package com.altcontext.api;

import com.altcontext.api.config.AppConfig;
import com.altcontext.api.event.IngestMetrics;
import com.altcontext.attribution.Countries;
import com.altcontext.attribution.Devices;
import com.altcontext.attribution.TrafficSources;
import com.altcontext.db.DatabaseState;
import com.altcontext.db.Sql;
import com.altcontext.event.EventStore;
import com.altcontext.ingest.BucketNodes;
import com.altcontext.ingest.GroupCommit;
import com.altcontext.ingest.MemoryBudget;
import com.altcontext.ingest.Rejections;
import com.altcontext.ingest.RequestAttribution;
import com.altcontext.property.Properties;
import com.altcontext.value.KeyedHash;
import com.altcontext.visit.SessionRule;
import jakarta.enterprise.inject.Disposes;
import jakarta.inject.Singleton;

/** Makes the objects that accept and store events. */
@Singleton
class EventWiring {
    @Singleton
    TrafficSources trafficSources() {
        return TrafficSources.load();
    }

    @Singleton
    RequestAttribution requestAttribution(
            AppConfig config, Properties properties, TrafficSources sources, KeyedHash hash) {
        return new RequestAttribution(
                properties,
                sources,
                Devices.load(),
                config.geoipDatabase().map(Countries::open).orElseGet(Countries::none),
                hash);
    }

    @Singleton
    EventStore eventStore(AppConfig config) {
        return new EventStore(new SessionRule(config.sessions().inactivity()));
    }

    @Singleton
    BucketNodes bucketNodes(Sql sql, NodePools pools) {
        return new BucketNodes(sql, pools::open);
    }

    @Singleton
    NodePools nodePools(AppConfig config) {
        return new NodePools(config.databaseUrl(), Wiring.SOCKET_TIMEOUT);
    }

    void close(@Disposes NodePools pools) {
        pools.close();
    }

    @Singleton
    GroupCommit groupCommit(
            Sql sql,
            DatabaseState database,
            BucketNodes nodes,
            EventStore events,
            Rejections rejections,
            MemoryBudget memory,
            IngestMetrics metrics) {
        return new GroupCommit(
                sql, database, nodes, events, rejections, GroupCommit.Bounds.SMALL_MACHINE, memory, metrics::committed);
    }
}
