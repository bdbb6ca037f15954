package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.access.Scope;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The table of routes: it has exactly the routes that Quarkus REST serves, and it refuses contradictory ones. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.LIMITED))
class RoutesTest {
    @Inject
    Routes routes;

    @Inject
    BeanManager beans;

    @Test
    void the_table_has_the_routes_and_body_types_in_the_annotations_of_the_resources() {
        Map<String, Set<String>> annotated = new TreeMap<>();
        beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                .map(Bean::getBeanClass)
                .filter(type -> type.getName().startsWith("com.altcontext.api."))
                .filter(type -> type.isAnnotationPresent(Path.class))
                .distinct()
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .forEach(target -> Arrays.stream(target.getAnnotations())
                        .map(each -> each.annotationType().getAnnotation(HttpMethod.class))
                        .filter(method -> method != null)
                        .forEach(method -> annotated
                                .computeIfAbsent(method.value() + ' ' + path(target), route -> new TreeSet<>())
                                .addAll(bodyTypes(target))));
        Map<String, Set<String>> table = new TreeMap<>();
        routes.all().stream()
                .filter(route -> !route.isDirect())
                .forEach(route -> table.put(route.method() + " " + route.path(), new TreeSet<>(route.bodyTypes())));

        assertThat(table).isEqualTo(annotated).isNotEmpty();
    }

    private static String path(Method target) {
        String root = target.getDeclaringClass().getAnnotation(Path.class).value();
        Path own = target.getAnnotation(Path.class);
        return own == null ? root : root + '/' + own.value();
    }

    private static List<String> bodyTypes(Method target) {
        Consumes consumes = target.getAnnotation(Consumes.class);
        return consumes == null ? List.of() : List.of(consumes.value());
    }

    @Test
    void only_the_event_routes_are_handled_before_the_resource_layer() {
        assertThat(routes.all().stream().filter(Route::isDirect))
                .extracting(route -> route.method() + " " + route.path())
                .containsExactly("POST /v1/events", "POST /v1/events/batch");
    }

    @Test
    void a_table_is_refused_if_a_route_is_listed_twice_or_other_origins_may_read_only_some_methods_of_a_path() {
        Route open = Route.get("/x", Access.PUBLIC, Allowance.UNLIMITED);
        Route closed = Route.post("/x", Access.with(Scope.LEADS_READ), Allowance.UNLIMITED, "text/plain");
        Route again = Route.get("/x", Access.PUBLIC, Allowance.UNLIMITED);

        for (Route second : List.of(closed, again)) {
            assertThatThrownBy(() -> new Routes(List.of(open, second)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("/x");
        }
    }

    @Test
    void a_path_must_match_the_patterns_of_its_parameters_and_its_key_omits_them() {
        Routes files = new Routes(List.of(
                Route.get("/v1/files/app.{hash:[0-9a-f]{4}}.js", Access.SAME_ORIGIN, Allowance.UNLIMITED),
                Route.get("/v1/files/{name}/page", Access.PUBLIC, Allowance.UNLIMITED)));

        assertThat(files.at("/v1/files/app.0a1b.js")).isNotNull();
        assertThat(files.at("/v1/files/a b/page")).isNotNull();
        for (String other : List.of(
                "/v1/files/app.0a1.js",
                "/v1/files/app.0a1bc.js",
                "/v1/files/appx0a1b.js",
                "/v1/files/a/b/page",
                "/v1/files")) {
            assertThat(files.at(other)).as(other).isNull();
        }
        assertThat(files.all()).extracting(Route::key).containsExactlyInAnyOrder("files/app.js", "files//page");
    }
}
