package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Pieces of SQL that are put together with their values. */
class SqlFragmentTest {
    private static final SqlFragment OLD = SqlFragment.of("age > ?", 64);
    private static final SqlFragment OURS = SqlFragment.of("site = ?", "docs");

    private static void assertMade(SqlFragment made, String sql, Object... values) {
        assertThat(made.sql()).isEqualTo(sql);
        assertThat(made.values()).containsExactly(values);
    }

    @Test
    void the_values_of_an_inserted_fragment_stay_in_the_order_of_the_text() {
        SqlFragment inner = SqlFragment.of("SELECT ?, id FROM people WHERE ?", 1, OLD);

        assertMade(
                SqlFragment.of("SELECT ? FROM (?) AS p WHERE ? LIMIT ?", 0, inner, OURS, 5),
                "SELECT ? FROM (SELECT ?, id FROM people WHERE age > ?) AS p WHERE site = ? LIMIT ?",
                0,
                1,
                64,
                "docs",
                5);
    }

    @Test
    void a_text_is_bound_even_if_it_looks_like_sql() {
        assertMade(SqlFragment.of("name = ?", "? OR true --"), "name = ?", "? OR true --");
        assertMade(SqlFragment.of("name = ?", new Object[] {null}), "name = ?", new Object[] {null});
    }

    @Test
    void conditions_are_joined() {
        assertMade(SqlFragment.all(List.of(OLD, OURS)), "(age > ? AND site = ?)", 64, "docs");
        assertMade(SqlFragment.any(List.of(OLD, OURS)), "(age > ? OR site = ?)", 64, "docs");
        assertMade(SqlFragment.all(List.of()), "true");
        assertMade(SqlFragment.any(List.of()), "false");
        assertMade(OLD.negated(), "(age > ?) IS NOT TRUE", 64);
    }

    @Test
    void one_value_too_many_or_too_few_is_refused() {
        assertThatThrownBy(() -> SqlFragment.of("a = ? AND b = ?", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SqlFragment.of("a = ?", 1, 2)).isInstanceOf(IllegalArgumentException.class);
        String[] one = {"an array that would be bound as a text"};
        assertThatThrownBy(() -> SqlFragment.of("a = ANY (?)", (Object[]) one))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_name_for_a_value_or_a_fragment_may_occur_several_times() {
        NamedSql named = new NamedSql("""
                -- those of :nobody
                SELECT * FROM people WHERE born > :day AND died > :day::date AND :kept
                """);

        assertMade(
                named.with(Map.of("day", 7, "kept", OLD)),
                "SELECT * FROM people WHERE born > ? AND died > ?::date AND age > ?",
                7,
                7,
                64);
        assertThatThrownBy(() -> named.with(Map.of("day", 7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(":kept");
    }
}
