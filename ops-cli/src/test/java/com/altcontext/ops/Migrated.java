package com.altcontext.ops;

import com.altcontext.db.DatabaseUrl;
import com.altcontext.db.Migrations;
import com.altcontext.db.Sql;
import com.altcontext.devdb.TestDatabase;
import java.util.HashMap;
import java.util.Map;

/** A database with the whole schema, the commands that are run on it, and short ways to look into it. */
record Migrated(String url) {
    static Migrated fresh() {
        Migrated database = new Migrated(TestDatabase.fresh());
        var _ = Migrations.of(DatabaseUrl.parse(database.url)).apply();
        return database;
    }

    Ran altops(String... args) {
        return Ran.altopsOn(url, args);
    }

    /** The variables of a run on this database, and others. */
    Map<String, String> with(Map<String, String> others) {
        Map<String, String> environment = new HashMap<>(others);
        environment.put("DATABASE_URL", url);
        return environment;
    }

    void run(String... statements) {
        try (Connections connections = new Connections(DatabaseUrl.parse(url))) {
            var _ = new Sql(connections).inTransaction(tx -> {
                for (String statement : statements) {
                    var _ = tx.update(statement);
                }
                return statements.length;
            });
        }
    }

    long number(String query) {
        try (Connections connections = new Connections(DatabaseUrl.parse(url))) {
            return new Sql(connections)
                    .inTransaction(tx -> tx.query(query, row -> row.number(1)))
                    .getFirst();
        }
    }
}
