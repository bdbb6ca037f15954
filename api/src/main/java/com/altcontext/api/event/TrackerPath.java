package com.altcontext.api.event;

import com.altcontext.api.config.AppConfig;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Also serves the tracker under the path that the operator chose ({@code TRACKER_PATH}). */
@ApplicationScoped
class TrackerPath {
    private final AppConfig config;

    TrackerPath(AppConfig config) {
        this.config = config;
    }

    /** Runs before everything else, so that limits and headers are those of the script. */
    void register(@Observes Router router) {
        config.trackerPath()
                .ifPresent(path -> router.route(path).order(Integer.MIN_VALUE).handler(routing -> {
                    // The router also matches a path with a slash at its end.
                    if (path.equals(routing.request().path())) {
                        routing.reroute(TelemetryResource.PATH);
                    } else {
                        routing.next();
                    }
                }));
    }
}
