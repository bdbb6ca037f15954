package com.altcontext.devdb;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.StringJoiner;

/** Runs one statement on DATABASE_URL and prints its rows, with tabs between columns. Exit 1 if it fails. */
public final class RunStatement {
    private RunStatement() {}

    public static void main(String[] args) {
        try (Connection connection = TestDatabase.connect(System.getenv("DATABASE_URL"));
                Statement statement = connection.createStatement()) {
            if (statement.execute(args[0])) {
                print(statement.getResultSet());
            } else {
                System.out.println(statement.getUpdateCount() + " rows");
            }
        } catch (SQLException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void print(ResultSet rows) throws SQLException {
        ResultSetMetaData columns = rows.getMetaData();
        StringJoiner names = new StringJoiner("\t");
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            names.add(columns.getColumnLabel(i));
        }
        System.out.println(names);
        while (rows.next()) {
            StringJoiner row = new StringJoiner("\t");
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                row.add(String.valueOf(rows.getString(i)));
            }
            System.out.println(row);
        }
    }
}
