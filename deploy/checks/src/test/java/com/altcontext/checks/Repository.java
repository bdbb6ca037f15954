package com.altcontext.checks;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of this repository, read with the parsers of their formats. A key that is given twice is an error. */
final class Repository {
    private static final Path ROOT = root();
    /** An annotation that names a variable, up to the end of its method, with the default in between. */
    private static final Pattern VARIABLE = Pattern.compile(
            "@Variable\\(\\s*(?:value = )?\"([A-Z0-9_]+)\"[^;]*?(?:@WithDefault\\(\"([^\"]*)\"\\)[^;]*)?;",
            Pattern.DOTALL);

    private static final String CONFIG = "api/src/main/java/com/altcontext/api/config";

    private Repository() {}

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("deploy/jvm.options"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new IllegalStateException("not inside the repository");
            }
            directory = parent;
        }
        return directory;
    }

    static Path file(String name) {
        return ROOT.resolve(name);
    }

    static String text(String name) {
        try {
            return Files.readString(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    /** The lines that are neither empty nor comments. */
    static List<String> lines(String name) {
        return text(name)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
    }

    static JsonNode toml(String name) {
        try {
            return new TomlMapper().readTree(text(name));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    static JsonNode yaml(String name) {
        try {
            return YAMLMapper.builder()
                    .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .readTree(text(name));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    static List<String> files(String directory, Predicate<String> wanted) {
        try (Stream<Path> list = Files.list(file(directory))) {
            return list.map(path -> path.getFileName().toString())
                    .filter(wanted)
                    .map(name -> directory + "/" + name)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(directory, e);
        }
    }

    /**
     * The environment variables that the service reads, each with its default, or with an empty text if it has none.
     */
    private static Map<String, String> variables() {
        Map<String, String> variables = new TreeMap<>();
        files(CONFIG, name -> name.endsWith(".java")).stream()
                .flatMap(file -> VARIABLE.matcher(text(file)).results())
                .forEach(found -> variables.put(found.group(1), Objects.requireNonNullElse(found.group(2), "")));
        return variables;
    }

    static Set<String> serviceVariables() {
        return variables().keySet();
    }

    /** The default of a variable whose value is a number. */
    static int serviceDefault(String variable) {
        return Integer.parseInt(Objects.requireNonNull(variables().get(variable), variable));
    }
}
