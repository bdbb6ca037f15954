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
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of this repository, read with the parsers of their formats. A key that is given twice is an error. */
final class Repository {
    private static final Path ROOT = root();
    private static final Pattern VARIABLE = Pattern.compile("\"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)\"");
    private static final Pattern LIMIT = Pattern.compile("(?m)^\\s+([A-Z_]+)\\([0-9_]+\\)[,;]");
    private static final String SETTINGS = "api/src/main/java/com/altcontext/api";

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

    /** The lines that say something: neither empty nor a comment. */
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

    /** The environment variables that the service reads, as its source names them. */
    static Set<String> serviceVariables() {
        Stream<String> named = VARIABLE.matcher(text(SETTINGS + "/SettingsReader.java"))
                .results()
                .map(found -> found.group(1))
                .filter(name -> name.length() > 3);
        return Stream.concat(named, limits()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those of the limits are put together from an enum's constants. */
    private static Stream<String> limits() {
        String source = text(SETTINGS + "/Endpoint.java");
        return source.contains("\"RATE_LIMIT_\"")
                ? LIMIT.matcher(source.substring(source.indexOf("enum Limit")))
                        .results()
                        .map(found -> "RATE_LIMIT_" + found.group(1))
                        .filter(name -> !name.equals("RATE_LIMIT_ADMIN_FAILURES"))
                : Stream.empty();
    }

    /** What the service takes where a number is not given. */
    static int serviceDefault(String variable) {
        return text(SETTINGS + "/SettingsReader.java")
                .lines()
                .map(Pattern.compile("number\\(\"" + variable + "\", ([0-9_]+),")::matcher)
                .flatMap(matcher -> matcher.results())
                .map(found -> Integer.parseInt(found.group(1).replace("_", "")))
                .findFirst()
                .orElseThrow();
    }
}
