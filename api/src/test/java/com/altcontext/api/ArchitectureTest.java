package com.altcontext.api;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
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
import org.junit.jupiter.api.Test;

/** The HTTP face is an adapter: flat, beside altops and not above it, and without a way of its own to the database. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.altcontext.api");

    @Test
    void the_adapter_is_flat() {
        classes().should().resideInAPackage("com.altcontext.api").check(CLASSES);
    }

    @Test
    void it_knows_neither_altops_nor_jdbc_nor_flyway_nor_the_development_database() {
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
    void nobody_asks_the_machine_for_the_time() {
        noClasses().should().callMethod(Instant.class, "now").check(CLASSES);
    }

    /** The framework counts connections and answers by handlers of its own, and a second one replaces the first. */
    @Test
    void nobody_replaces_a_handler_that_the_framework_has_set() {
        noClasses()
                .that(not(equivalentTo(
                        WebhookSender.class))) // a client of its own, on whose connections nobody else listens
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
