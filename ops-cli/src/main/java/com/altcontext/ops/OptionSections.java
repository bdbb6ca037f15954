package com.altcontext.ops;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ScopeType;

/**
 * Lists the options in a command's help: its own first, then those of all commands under a heading. (picocli's option groups
 * have headings, but an option that is inherited loses its group.)
 */
final class OptionSections {
    private OptionSections() {}

    static void applyTo(CommandLine commands) {
        Map<String, IHelpSectionRenderer> sections = new HashMap<>(commands.getHelpSectionMap());
        sections.remove(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING);
        sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionSections::render);
        commands.setHelpSectionMap(sections);
        commands.setHelpFactory(ParametersFirst::new);
    }

    /**
     * A parameter that follows an option with several values would count as one of the values, so the synopsis names parameters
     * first.
     */
    private static final class ParametersFirst extends Help {
        ParametersFirst(CommandSpec command, ColorScheme colors) {
            super(command, colors);
        }

        @Override
        protected String makeSynopsisFromParts(
                int headingLength, Text options, Text groups, Text endOfOptions, Text parameters, Text subcommands) {
            return super.makeSynopsisFromParts(
                    headingLength,
                    parameters.concat(options),
                    groups,
                    endOfOptions,
                    colorScheme().text(""),
                    subcommands);
        }
    }

    private static String render(Help help) {
        return section(help, "Options", option -> !isShared(option))
                + section(help, "Options of all commands", OptionSections::isShared);
    }

    private static String section(Help help, String heading, Predicate<OptionSpec> belongs) {
        List<OptionSpec> options = help.commandSpec().options().stream()
                .filter(option -> !option.hidden() && belongs.test(option))
                .toList();
        return options.isEmpty()
                ? ""
                : help.createHeading("%n" + heading + ":%n") + help.optionListExcludingGroups(options);
    }

    private static boolean isShared(OptionSpec option) {
        return option.scopeType() == ScopeType.INHERIT || option.usageHelp() || option.versionHelp();
    }
}
