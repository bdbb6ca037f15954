package com.altcontext.metrics.goal;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.db.SqlFragment;
import com.altcontext.metrics.Site;
import com.altcontext.testing.TestEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Conditions find paths that the index holds in full, and longer paths. */
class PageIndexTest {
    private static final List<String> PATHS = List.of(
            "/",
            "/pricing",
            "/pricing/more",
            "/100%_sure\\",
            as(198),
            as(199),
            as(200),
            as(201),
            as(2048),
            as(210) + "/end",
            emoji(),
            es(199),
            es(200),
            es(201));

    private final Site site = new Site();

    private static String as(int length) {
        return "/" + "a".repeat(length - 1);
    }

    /** A path of letters that take two bytes each. */
    private static String es(int length) {
        return "/" + "é".repeat(length - 1);
    }

    /** A path with more bytes than an index entry can hold, even compressed. */
    private static String emoji() {
        return new Random(1)
                .ints(1_000, 0x1F300, 0x1F600)
                .mapToObj(Character::toString)
                .collect(Collectors.joining("", "/", ""));
    }

    @BeforeEach
    void somebody_visits_each_path() {
        site.does(IntStream.range(0, PATHS.size())
                .mapToObj(i -> TestEvent.view("v" + i, site.at(1, "10:00:00"), PATHS.get(i)))
                .toArray(TestEvent[]::new));
    }

    private List<String> found(SqlFragment condition) {
        return site.database
                .sql()
                .inTransaction(tx -> tx.query(
                        SqlFragment.of("SELECT g.path FROM events AS g WHERE ?", condition), row -> row.text(1)));
    }

    @Test
    void paths_of_any_length_are_found() {
        Stream<List<String>> alone = PATHS.stream().map(List::of);
        Stream<List<String>> together =
                Stream.of(List.of("/pricing", "/"), List.of("/pricing", as(200)), List.of("/nobody", as(202)));

        assertThat(Stream.concat(alone, together))
                .allSatisfy(paths -> assertThat(found(PageIndex.isAnyOf("g", paths)))
                        .containsExactlyInAnyOrderElementsOf(
                                PATHS.stream().filter(paths::contains).toList()));
    }

    @Test
    void patterns_find_paths_of_any_length() {
        Stream<String> exact = PATHS.stream();
        Stream<String> beginnings = PATHS.stream().map(path -> path + "*");
        Stream<String> others =
                Stream.of("*", "/p*g", "*more", "/p*/m*", "/a*/end", "/pricing?", as(150) + "*" + as(40).substring(1));

        assertThat(Stream.of(exact, beginnings, others).flatMap(each -> each)).allSatisfy(pattern -> {
            Predicate<String> fits = Arrays.stream(pattern.split("\\*", -1))
                    .map(Pattern::quote)
                    .collect(Collectors.collectingAndThen(Collectors.joining(".*"), Pattern::compile))
                    .asMatchPredicate();
            assertThat(found(PageIndex.matches("g", pattern)))
                    .containsExactlyInAnyOrderElementsOf(
                            PATHS.stream().filter(fits).toList());
        });
    }

    @Test
    @Tag("single-node") // A cluster's plan differs; it contains the plan of a node.
    void the_index_finds_a_page_and_all_pages_with_a_prefix() {
        assertThat(Stream.of(
                        PageIndex.isAnyOf("g", List.of("/pricing", "/")),
                        PageIndex.matches("g", "/pricing"),
                        PageIndex.matches("g", "/pricing*")))
                .allSatisfy(condition -> assertThat(planOf(condition)).anyMatch(line -> line.contains("Index Cond")));
    }

    private List<String> planOf(SqlFragment condition) {
        return site.database.sql().inTransaction(tx -> {
            // Makes the planner choose the plan that it would choose for many events.
            var _ = tx.query(
                    "SELECT set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)",
                    row -> row.text(1));
            return tx.query(
                    SqlFragment.of("EXPLAIN (COSTS OFF) SELECT FROM events AS g WHERE ?", condition),
                    row -> row.text(1));
        });
    }
}
