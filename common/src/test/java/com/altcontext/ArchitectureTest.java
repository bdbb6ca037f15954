package com.altcontext;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What each package of the domain may use. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.altcontext");

    /** Every package may use itself and {@code value}; a package that is not listed is not allowed to exist. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("value", Set.of()),
            Map.entry("db", Set.of()),
            Map.entry("attribution", Set.of()),
            Map.entry("client", Set.of()),
            Map.entry("audit", Set.of("db")),
            Map.entry("access", Set.of("db", "audit")),
            Map.entry("property", Set.of("db", "client", "audit")),
            Map.entry("visit", Set.of("db", "property", "attribution")),
            Map.entry("event", Set.of("db", "property", "visit", "attribution")),
            Map.entry("ingest", Set.of("db", "client", "property", "visit", "attribution", "event", "lead")),
            Map.entry("lead", Set.of("db", "client", "property", "visit", "attribution", "event", "delivery", "audit")),
            Map.entry("cluster", Set.of("db", "metrics", "retention")),
            Map.entry("consent", Set.of("db", "property", "lead", "delivery")),
            Map.entry("delivery", Set.of("db", "audit")),
            Map.entry("report", Set.of("db", "property", "metrics", "metrics.summary", "metrics.query")),
            Map.entry("metrics", Set.of("db")),
            Map.entry("metrics.goal", Set.of("db", "metrics")),
            Map.entry("metrics.sketch", Set.of()),
            Map.entry("metrics.rollup", Set.of("db", "property", "event", "metrics", "metrics.goal", "metrics.sketch")),
            Map.entry(
                    "metrics.summary",
                    Set.of("db", "property", "event", "lead", "metrics", "metrics.rollup", "metrics.sketch")),
            Map.entry(
                    "metrics.check",
                    Set.of("db", "metrics", "metrics.goal", "metrics.rollup", "metrics.sketch", "metrics.summary")),
            Map.entry("metrics.query", Set.of("db", "property", "lead", "metrics", "metrics.goal", "metrics.summary")),
            Map.entry("privacy", Set.of("db", "visit", "event", "lead", "consent", "metrics", "audit")),
            Map.entry("retention", Set.of("db", "visit", "event", "lead", "privacy")));

    @Test
    void each_package_uses_only_what_the_plan_allows() {
        for (JavaClass user : CLASSES) {
            if (user.getPackageName().startsWith("com.altcontext.devdb")) {
                continue;
            }
            String from = user.getPackageName().substring("com.altcontext.".length());
            assertThat(MAY_USE).as(user.getName()).containsKey(from);
            Set<String> used = user.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getPackageName())
                    .filter(name -> name.startsWith("com.altcontext."))
                    .map(name -> name.substring("com.altcontext.".length()))
                    .filter(name -> !name.equals(from) && !name.equals("value"))
                    .collect(Collectors.toSet());
            assertThat(MAY_USE.get(from)).as(user.getName() + " uses").containsAll(used);
        }
    }

    @Test
    void packages_do_not_depend_on_each_other_in_a_circle() {
        slices().matching("com.altcontext.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void packages_inside_a_package_do_not_depend_on_each_other_in_a_circle() {
        slices().matching("com.altcontext.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void the_domain_uses_no_framework() {
        noClasses()
                .that()
                .resideOutsideOfPackage("com.altcontext.devdb")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "io.quarkus..",
                        "jakarta..",
                        "com.fasterxml.jackson..",
                        "picocli..",
                        "io.vertx..",
                        "io.micrometer..",
                        "org.jboss.."))
                .check(CLASSES);
    }

    @Test
    void only_the_migrations_use_flyway() {
        noClasses()
                .that()
                .haveNameNotMatching("com\\.altcontext\\.db\\.Migration.*")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.flywaydb.."))
                .check(CLASSES);
    }

    @Test
    void only_db_uses_jdbc_apart_from_its_exception() {
        noClasses()
                .that()
                .resideOutsideOfPackages("com.altcontext.db", "com.altcontext.devdb")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.sql\\.(?!SQLException).*|org\\.postgresql\\..*")
                .check(CLASSES);
    }

    @Test
    void the_clock_is_passed_in() {
        noClasses().should().callMethod(Instant.class, "now").check(CLASSES);
    }

    @Test
    void names_say_what_a_class_is() {
        noClasses()
                .should()
                .haveNameMatching(".*(Util|Utils|Helper|Manager|Impl|Dto)")
                .check(CLASSES);
    }
}
