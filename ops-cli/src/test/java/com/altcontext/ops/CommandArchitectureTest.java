package com.altcontext.ops;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.altcontext.ops.command.Shell;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

class CommandArchitectureTest {
    private static final String ROOT = "com.altcontext.ops";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /**
     * The packages of other groups that the commands of a group may use. All groups may use {@code command}. The root package
     * makes the command tree of them and may use all.
     */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("command", Set.of()),
            Map.entry("access", Set.of()),
            Map.entry("backup", Set.of()),
            Map.entry("cluster", Set.of()),
            Map.entry("consent", Set.of()),
            Map.entry("delivery", Set.of()),
            Map.entry("demo", Set.of()),
            Map.entry("goal", Set.of("rollup")), // a new goal is counted on all days
            Map.entry("imports", Set.of("imports.original")),
            Map.entry("imports.original", Set.of()),
            Map.entry("lead", Set.of()),
            Map.entry("migration", Set.of()),
            Map.entry("property", Set.of("rollup", "demo")), // another time zone rolls days up again
            Map.entry("report", Set.of()),
            Map.entry("retention", Set.of()),
            Map.entry("rollup", Set.of()),
            Map.entry("smoke", Set.of()),
            Map.entry("status", Set.of("rollup")));

    @Test
    void each_group_of_commands_uses_only_the_packages_that_it_may() {
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
                                        .filter(other -> !other.equals(name)
                                                && !other.equals("command")
                                                && !used.contains(other))
                                        .map(other -> ROOT + '.' + other))
                        .toArray(String[]::new)))
                .check(CLASSES));
    }

    @Test
    void packages_do_not_depend_on_each_other_in_a_circle() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void commands_get_shared_objects_from_the_context_and_never_from_the_root_command() {
        noClasses()
                .that()
                .doNotHaveSimpleName("AltopsVersion")
                .and()
                .areNotAssignableTo(Altops.class)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Altops.class)
                .check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ParentCommand.class)
                .check(CLASSES);
    }

    @Test
    void a_command_is_a_class_of_its_own() {
        classes()
                .that()
                .areAnnotatedWith(Command.class)
                .should()
                .haveSimpleNameEndingWith("Command")
                .orShould()
                .haveSimpleName("Altops")
                .check(CLASSES);
    }

    @Test
    void only_the_shell_reads_the_environment_and_the_clock() {
        noClasses()
                .that()
                .areNotAssignableTo(Shell.class)
                .should()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(InstantSource.class, "system")
                .orShould()
                .callMethod(Instant.class, "now")
                .check(CLASSES);
    }
}
