package com.altcontext.testing;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.Row;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** A migrated database for one test class, and short ways to look into it. */
public record Database(String url, Sql sql) {
    /** As many as {@code TEST_BUCKETS} says, so that the same tests run on both. */
    private static final int BUCKETS = Integer.parseInt(System.getenv().getOrDefault("TEST_BUCKETS", "1"));

    /** A new one, with the whole schema: the copy of one that is migrated once. */
    public static Database migrated() {
        return at(TestDatabase.copyOf(Template.URL));
    }

    private static final class Template {
        static final String URL = TestDatabase.fresh();

        static {
            Migrations.of(DatabaseUrl.parse(URL)).apply();
            at(URL).run("UPDATE cluster SET buckets = " + BUCKETS);
        }
    }

    public static Database at(String url) {
        return as(url, DatabaseUrl.parse(url).user(), DatabaseUrl.parse(url).password());
    }

    /** The same database as another user. */
    public static Database as(String url, String user, String password) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(DatabaseUrl.parse(url).jdbcUrl());
        source.setUser(user);
        source.setPassword(password);
        return new Database(url, new Sql(source));
    }

    /** Another machine: the same database over connections of its own. */
    public Sql anotherMachine() {
        return at(url).sql;
    }

    public long count(String sql, Object... parameters) {
        return sql().inTransaction(tx -> tx.query(sql, row -> row.number(1), parameters))
                .getFirst();
    }

    public List<String> texts(String sql, Object... parameters) {
        return sql().inTransaction(tx -> tx.query(sql, Database::firstText, parameters));
    }

    public void run(String... statements) {
        sql().inTransaction(tx -> {
            for (String statement : statements) {
                tx.update(statement);
            }
            return statements.length;
        });
    }

    private static String firstText(Row row) throws SQLException {
        String text = row.textOrNull(1);
        return text == null ? "null" : text;
    }
}
