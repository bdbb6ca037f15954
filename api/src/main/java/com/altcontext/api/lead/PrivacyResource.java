package com.altcontext.api.lead;

import com.altcontext.api.config.AppConfig;
import com.altcontext.privacy.PrivacyNotice;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** {@code GET /v1/privacy}: the {@link PrivacyNotice}. */
@Path("/v1/privacy")
@NonBlocking
public class PrivacyResource {
    private final AppConfig.Privacy privacy;
    private final boolean linksHeuristically;

    PrivacyResource(AppConfig config) {
        this.privacy = config.privacy();
        this.linksHeuristically = config.leads().heuristicLinking();
    }

    /** What the service keeps, for how long, and why. */
    public record PrivacyBody(boolean ok, @JsonUnwrapped PrivacyNotice notice) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public PrivacyBody get() {
        return new PrivacyBody(
                true,
                PrivacyNotice.of(
                        privacy.contactEmail().orElse(null),
                        privacy.rawEventDays(),
                        privacy.rollupMonths(),
                        privacy.unconfirmedLeadDays(),
                        linksHeuristically));
    }
}
