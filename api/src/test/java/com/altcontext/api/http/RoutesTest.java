package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.access.Scope;
import com.altcontext.client.Limit;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A route without an access annotation stops the start. The classes here are possible mistakes, with
 * {@link DirectRoute} for the path, since Quarkus would make a class with {@code @Path} a resource of the service.
 */
class RoutesTest {
    static class WithoutAccess {
        @GET
        @DirectRoute("/x")
        @RateLimited(Limit.METRICS)
        public void get() {}
    }

    static class WithTwoAccesses {
        @GET
        @DirectRoute("/x")
        @Public
        @RequiresScope(Scope.LEADS_READ)
        @Unlimited
        public void get() {}
    }

    static class WithoutLimit {
        @GET
        @DirectRoute("/x")
        @Public
        public void get() {}
    }

    static class WithoutBodyTypes {
        @POST
        @DirectRoute("/x")
        @Public
        @Unlimited
        public void post() {}
    }

    static class ReadableInPart {
        @GET
        @DirectRoute("/x")
        @Public
        @Unlimited
        public void get() {}

        @POST
        @DirectRoute("/x")
        @RequiresScope(Scope.LEADS_READ)
        @Unlimited
        @Consumes("text/plain")
        public void post() {}
    }

    static class WithTwoLimits {
        @POST
        @DirectRoute("/x")
        @Public
        @RateLimited(Limit.LEADS)
        @Consumes("application/json")
        public void json() {}

        @POST
        @DirectRoute("/x")
        @Public
        @RateLimited(Limit.EVENTS)
        @Consumes("text/plain")
        public void text() {}
    }

    static class Files {
        @GET
        @DirectRoute("/v1/files/app.{hash:[0-9a-f]{4}}.js")
        @SameOrigin
        @RateLimited(Limit.SCRIPTS)
        public void file() {}

        @GET
        @DirectRoute("/v1/files/{name}/page")
        @Public
        @Unlimited
        public void page() {}
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                WithoutAccess.class,
                WithTwoAccesses.class,
                WithoutLimit.class,
                WithoutBodyTypes.class,
                ReadableInPart.class,
                WithTwoLimits.class
            })
    void a_resource_that_does_not_say_it_or_says_two_things_is_refused(Class<?> resource) {
        assertThatThrownBy(() -> new Routes(List.of(resource)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(resource.getSimpleName());
    }

    @Test
    void a_path_matches_by_its_parameters_rules_and_is_counted_without_them() {
        Routes routes = new Routes(List.of(Files.class));

        assertThat(routes.at("/v1/files/app.0a1b.js")).isNotNull();
        assertThat(routes.at("/v1/files/a b/page")).isNotNull();
        for (String other : List.of(
                "/v1/files/app.0a1.js",
                "/v1/files/app.0a1bc.js",
                "/v1/files/appx0a1b.js",
                "/v1/files/a/b/page",
                "/v1/files")) {
            assertThat(routes.at(other)).as(other).isNull();
        }
        assertThat(routes.all()).extracting(Route::key).containsExactlyInAnyOrder("files/app.js", "files//page");
    }
}
