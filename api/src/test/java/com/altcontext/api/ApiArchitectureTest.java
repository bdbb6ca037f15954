package com.altcontext.api;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The HTTP module is an adapter: split by feature, independent of altops, and without direct access to the database. */
class ApiArchitectureTest {
    private static final String ROOT = "com.altcontext.api";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** The packages that each package may use. The root package wires them together and may use all of them. */
    private static final Map<String, Set<String>> MAY_USE = Map.of(
            "config", Set.of(),
            "http", Set.of("config"),
            "connection", Set.of("http", "config"),
            "event", Set.of("http", "config"),
            "delivery", Set.of("config"),
            "lead", Set.of("http", "event", "config", "delivery"),
            "metrics", Set.of("http", "config"),
            "report", Set.of("http", "config", "delivery"),
            "dashboard", Set.of("http", "event", "config"));

    @Test
    void each_feature_uses_only_the_packages_below_it() {
        classes()
                .should()
                .resideInAnyPackage(
                        Stream.concat(Stream.of(ROOT), MAY_USE.keySet().stream().map(name -> ROOT + '.' + name))
                                .toArray(String[]::new))
                .check(CLASSES);
        MAY_USE.forEach((name, used) -> noClasses()
                .that()
                .resideInAPackage(ROOT + '.' + name)
                .should()
                .dependOnClassesThat(resideInAnyPackage(Stream.concat(
                                Stream.of(ROOT),
                                MAY_USE.keySet().stream()
                                        .filter(other -> !other.equals(name) && !used.contains(other))
                                        .map(other -> ROOT + '.' + other))
                        .toArray(String[]::new)))
                .check(CLASSES));
    }

    @Test
    void the_module_uses_neither_altops_nor_jdbc_nor_flyway_nor_the_development_database() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "com.altcontext.ops..",
                        "com.altcontext.devdb..",
                        "java.sql..",
                        "org.postgresql..",
                        "org.flywaydb.."))
                .check(CLASSES);
    }

    @Test
    void the_clock_is_passed_in() {
        noClasses().should().callMethod(Instant.class, "now").check(CLASSES);
    }

    /** The framework counts connections and responses with its own handlers, and a second handler would replace the first. */
    @Test
    void no_code_replaces_a_handler_of_the_framework() {
        noClasses()
                .that(not(simpleName("WebhookSender"))) // its HTTP client is used by no other class
                .should()
                .callMethodWhere(target(nameMatching(
                                "(close|exception|shutdown|goAway|end|drain|invalidRequest|connection)Handler"))
                        .and(target(owner(assignableTo(HttpConnection.class)
                                .or(assignableTo(HttpServerResponse.class))
                                .or(assignableTo(HttpServer.class))))))
                .check(CLASSES);
    }

    @Test
    void names_say_what_a_class_is() {
        noClasses()
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Dto)")
                .check(CLASSES);
    }
}
