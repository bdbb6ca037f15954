package com.altcontext.ops;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

class CommandArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("com.altcontext.ops");

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
