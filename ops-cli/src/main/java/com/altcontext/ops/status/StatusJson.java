package com.altcontext.ops.status;

import com.altcontext.db.DatabaseState;
import com.altcontext.delivery.OutboxBacklog;
import com.altcontext.ops.command.JsonObject;
import com.altcontext.ops.status.Inventory.LastLeadList;
import com.altcontext.ops.status.Inventory.StoredEvents;
import com.altcontext.retention.LastPurge;
import org.jspecify.annotations.Nullable;

/** The output of {@code altops status --json}. */
final class StatusJson {
    private StatusJson() {}

    static JsonObject of(Status status) {
        Inventory inventory = status.inventory();
        return JsonObject.ok(status.problems().isEmpty())
                .with("problems", status.problems())
                .with(
                        "schema",
                        new JsonObject()
                                .with("version", inventory.schema())
                                .with("required", DatabaseState.REQUIRED_SCHEMA))
                .with(
                        "tables",
                        inventory.tables().stream().map(StatusJson::table).toList())
                .with("events", events(inventory.events()))
                .with(
                        "rollups",
                        status.rollups() == null ? null : status.rollups().json())
                .with("leads", inventory.leads())
                .with("leadsInReview", inventory.leadsInReview())
                .with("mails", backlog(inventory.mails()))
                .with("webhooks", backlog(inventory.webhooks()))
                .with(
                        "endingKeys",
                        inventory.endingKeys().stream()
                                .map(key -> new JsonObject()
                                        .with("name", key.name())
                                        .with("expiresAt", key.expiresAt()))
                                .toList())
                .with("lastPurge", purge(inventory.lastPurge()))
                .with("lastErasure", inventory.lastErasure())
                .with("lastLeadList", list(inventory.lastLeadList()));
    }

    private static JsonObject table(Inventory.TableSize table) {
        return new JsonObject()
                .with("name", table.name())
                .with("rows", table.rows())
                .with("estimated", table.estimated())
                .with("bytes", table.bytes());
    }

    private static JsonObject events(StoredEvents events) {
        return new JsonObject()
                .with("oldest", events.oldest())
                .with("newest", events.newest())
                .with("partitionsAhead", events.daysAhead())
                .with("inDefaultPartition", events.inDefaultPartition());
    }

    private static JsonObject backlog(OutboxBacklog backlog) {
        return new JsonObject()
                .with("waiting", backlog.waiting())
                .with("oldest", backlog.oldest())
                .with("setAside", backlog.setAside());
    }

    private static @Nullable JsonObject purge(@Nullable LastPurge purge) {
        return purge == null
                ? null
                : new JsonObject()
                        .with("at", purge.at())
                        .with("finished", purge.state() == LastPurge.PurgeState.FINISHED)
                        .with("events", purge.events())
                        .with("daysLeft", purge.daysLeft());
    }

    private static @Nullable JsonObject list(@Nullable LastLeadList list) {
        return list == null
                ? null
                : new JsonObject().with("at", list.at()).with("by", list.by()).with("rows", list.rows());
    }
}
