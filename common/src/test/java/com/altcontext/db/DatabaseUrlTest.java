package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.altcontext.db.DatabaseUrl.Host;
import com.altcontext.devdb.TestDatabase;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {
    private static final String BASE_URL = "postgres://app:secret@db.internal:6543/metrics";

    @Test
    void the_format_of_fly_postgres_attach_is_parsed() {
        DatabaseUrl url = DatabaseUrl.parse("postgres://app:p%40ss@app-db.flycast:5433/app?sslmode=disable");

        assertThat(url.user()).isEqualTo("app");
        assertThat(url.password()).isEqualTo("p@ss");
        assertThat(url.hosts()).containsExactly(new Host("app-db.flycast", 5433));
        assertThat(url.database()).isEqualTo("app");
        assertThat(url.options()).containsOnly(Map.entry("sslmode", "disable"));
    }

    @Test
    void the_driver_gets_every_part_and_never_logs_row_values() throws SQLException {
        Map<String, String> seen = driverSees(BASE_URL);

        assertThat(seen)
                .containsEntry("PGHOST", "db.internal")
                .containsEntry("PGPORT", "6543")
                .containsEntry("PGDBNAME", "metrics")
                .containsEntry("logServerErrorDetail", "false")
                .containsEntry("ApplicationName", "altcontext")
                .containsEntry("connectTimeout", "5")
                .containsEntry("tcpKeepAlive", "true");
        assertThat(DatabaseUrl.parse(BASE_URL).jdbcUrl()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p@ss",
                "a$b{c}d",
                "50%",
                "a&b=c",
                "a b",
                "a+b",
                "pässwörd✓",
                "a/b?c#d",
                "%41",
                "\"'\\;",
                "p:q",
                "***",
            })
    void a_password_may_contain_any_percent_encoded_character(String password) {
        String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20");
        DatabaseUrl url = DatabaseUrl.parse("postgres://u%20s:" + encoded + "@h/d");

        assertThat(url.password()).isEqualTo(password);
        assertThat(url.user()).isEqualTo("u s");
        assertThat(url.hosts()).containsExactly(new Host("h", 5432));
    }

    @Test
    void characters_that_need_no_encoding_and_a_plus_stay_as_they_are() {
        assertThat(DatabaseUrl.parse("postgres://u:a+b$c{d}e&f=g@h@host/d").password())
                .isEqualTo("a+b$c{d}e&f=g@h");
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://u@h, h, 5432, u",
        "postgres://u@h/, h, 5432, u",
        "postgresql://u:p@10.0.0.1:1/d, 10.0.0.1, 1, d",
        "POSTGRES://u:p@h:65535/d, h, 65535, d",
        "postgres://u:p@[fdaa:0:1::3]:5433/d, [fdaa:0:1::3], 5433, d",
        "postgres://u:p@[::1]/d%20e, [::1], 5432, d e",
        "postgres://u:p@h?sslmode=require, h, 5432, u",
        "postgres://u:p@h/d?, h, 5432, d",
    })
    void missing_parts_have_the_defaults_of_libpq(String text, String host, int port, String database)
            throws SQLException {
        DatabaseUrl url = DatabaseUrl.parse(text);

        assertThat(url.hosts()).containsExactly(new Host(host, port));
        assertThat(url.database()).isEqualTo(database);
        assertThat(driverSees(text))
                .containsEntry("PGPORT", Integer.toString(port))
                .containsEntry("PGDBNAME", database);
    }

    @Test
    void white_space_around_the_url_is_ignored() {
        assertThat(DatabaseUrl.parse(" " + BASE_URL + "\n").database()).isEqualTo("metrics");
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://u@one/d, 10",
        "'postgres://u@one,two,three/d', 30",
        "postgres://u@one/d?connect_timeout=30, 35",
        "postgres://u@one/d?loginTimeout=3, 3",
        "postgres://u@one/d?connectTimeout=0,",
    })
    void a_login_may_take_five_seconds_longer_than_connecting_to_every_host(String text, @Nullable String seconds) {
        assertThat(DatabaseUrl.parse(text).withLoginTimeout().options().get("loginTimeout"))
                .isEqualTo(seconds);
        assertThat(DatabaseUrl.parse(text).jdbcUrl()).as("only if asked for").doesNotContain("loginTimeout=" + 10);
    }

    @ParameterizedTest
    @CsvSource({
        "sslmode=verify-full, sslmode, verify-full",
        "sslrootcert=%2Fetc%2Fca.pem, sslrootcert, /etc/ca.pem",
        "application_name=a%20b, ApplicationName, a b",
        "connect_timeout=9, connectTimeout, 9",
        "connectTimeout=9, connectTimeout, 9",
        "keepalives=0, tcpKeepAlive, false",
        "options=-c%20statement_timeout%3D5s, options, -c statement_timeout=5s",
        "prepareThreshold=0, prepareThreshold, 0",
        "pgbouncer=true, prepareThreshold, 0",
        "target_session_attrs=read-write, targetServerType, primary",
        "channel_binding=require, channelBinding, require",
        "gssencmode=disable, gssEncMode, disable",
    })
    void an_option_reaches_the_driver_under_the_drivers_name(String option, String name, String value)
            throws SQLException {
        assertThat(driverSees(BASE_URL + "?" + option)).containsEntry(name, value);
    }

    @Test
    void several_hosts_are_passed_on_each_with_its_port() throws SQLException {
        String text = "postgres://app:secret@a,[fdaa::3]:5433,10.0.0.1:6432/d?load_balance_hosts=random";

        assertThat(DatabaseUrl.parse(text).hosts())
                .containsExactly(new Host("a", 5432), new Host("[fdaa::3]", 5433), new Host("10.0.0.1", 6432));
        assertThat(driverSees(text))
                .containsEntry("PGHOST", "a,[fdaa::3],10.0.0.1")
                .containsEntry("PGPORT", "5432,5433,6432")
                .containsEntry("loadBalanceHosts", "true");
        assertThat(DatabaseUrl.parse(text)).hasToString("postgres://app:***@a:5432,[fdaa::3]:5433,10.0.0.1:6432/d");
    }

    @Test
    void the_next_host_is_tried_if_the_first_does_not_answer() throws Exception {
        DatabaseUrl fresh = DatabaseUrl.parse(TestDatabase.fresh());
        DatabaseUrl both = new DatabaseUrl(
                fresh.user(),
                fresh.password(),
                List.of(new Host("127.0.0.1", 1), fresh.hosts().getFirst()),
                fresh.database(),
                fresh.options());

        try (Connection connection = DriverManager.getConnection(both.jdbcUrl(), both.user(), both.password())) {
            assertThat(connection.getCatalog()).isEqualTo(fresh.database());
        }
    }

    @ParameterizedTest
    @CsvSource({"10.0.0.2, //10.0.0.2:5433/d", "node-2, //node-2:5433/d", "fdaa:0:1::3, //[fdaa:0:1::3]:5433/d"})
    void the_same_database_on_another_server_has_the_same_login_and_options(String address, String there) {
        DatabaseUrl node = DatabaseUrl.parse("postgres://u:p@h:1,i:2/d?sslmode=require&currentSchema=s")
                .on(Host.of(address, 5433));

        assertThat(node.jdbcUrl())
                .startsWith("jdbc:postgresql:" + there)
                .contains("sslmode=require", "currentSchema=s");
        assertThat(node.user() + node.password()).isEqualTo("up");
    }

    @Test
    void options_that_change_nothing_are_accepted() throws SQLException {
        assertThat(driverSees(BASE_URL + "?pgbouncer=false&client_encoding=UTF8&schema=public"))
                .isEqualTo(driverSees(BASE_URL));
    }

    @Test
    void an_option_cannot_inject_another_option() throws SQLException {
        Map<String, String> seen =
                driverSees(BASE_URL + "?application_name=a%26logServerErrorDetail%3Dtrue%26socketFactory%3Devil");

        assertThat(seen)
                .containsEntry("ApplicationName", "a&logServerErrorDetail=true&socketFactory=evil")
                .containsEntry("logServerErrorDetail", "false")
                .doesNotContainKey("socketFactory");
        assertThat(driverSees("postgres://u:p@h/d%3FlogServerErrorDetail%3Dtrue"))
                .containsEntry("PGDBNAME", "d?logServerErrorDetail=true")
                .containsEntry("logServerErrorDetail", "false");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socketFactory",
                "sslfactory",
                "loggerFile",
                "logServerErrorDetail",
                "user",
                "password",
                "sslpassword",
                "SSLMODE",
                "host",
                "connection_limit",
                "",
            })
    void an_unknown_option_is_refused_and_named(String name) {
        assertRefused(BASE_URL + "?" + name + "=hidden-value", "an option that is not accepted: " + name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|must look like postgres://user:password@host:5432/database",
                "mysql://u:hidden@h/d|must look like postgres://",
                "host=h password=hidden|must look like postgres://",
                "jdbc:postgresql://h/d?password=hidden|is a JDBC URL: write it as postgres://user:password@host:5432/database",
                "postgres://h/hidden|names no user",
                "postgres://:hidden@h/d|names no user",
                "postgres://u:hid/den@h/d|names no user",
                "postgres://u:hidden%4@h/d|a % in its password without two hexadecimal digits after it",
                "postgres://u:hidden%zz@h/d|a % in its password without two hexadecimal digits after it",
                "postgres://u:hidden%ff@h/d|a percent-encoded password that is not UTF-8",
                "postgres://u:hidden%00@h/d|a zero byte in its password",
                "postgres://u:hidden@/d|must name a host",
                "postgres://u:hidden@h h/d|must name a host",
                "postgres://u:hidden@fdaa::3/d|must have a port from 1 to 65535",
                "postgres://u:hidden@a:1,/d|must name a host",
                "postgres://u:hidden@a:1,b:0/d|must have a port from 1 to 65535",
                "postgres://u:hidden@h:0/d|must have a port from 1 to 65535",
                "postgres://u:hidden@h:65536/d|must have a port from 1 to 65535",
                "postgres://u:hidden@h:/d|must have a port from 1 to 65535",
                "postgres://u:hidden@h:5432/d/e|must end in one database name",
                "postgres://u:hidden@h/d?sslmode=hidden|a value for the option sslmode that is not accepted",
                "postgres://u:hidden@h/d?schema=hidden|a value for the option schema that is not accepted",
                "postgres://u:hidden@h/d?connect_timeout=hidden|a value for the option connect_timeout that is not accepted",
                "postgres://u:hidden@h/d?application_name=|a value for the option application_name that is not accepted",
                "postgres://u:hidden@h/d?sslmode|gives no value for the option sslmode",
                "postgres://u:hidden@h/d?connect_timeout=1&connectTimeout=2|gives the option connectTimeout twice",
            })
    void an_invalid_url_is_refused_with_the_rule_and_without_the_value(String text, String rule) {
        assertRefused(text, rule);
    }

    @Test
    void the_url_as_text_shows_neither_password_nor_options() {
        assertThat(DatabaseUrl.parse("postgres://app:secret@db:1/metrics?options=-c%20hidden%3D1"))
                .hasToString("postgres://app:***@db:1/metrics");
    }

    @Test
    void an_option_with_an_ampersand_reaches_a_real_server() throws Exception {
        DatabaseUrl fresh = DatabaseUrl.parse(TestDatabase.fresh());
        try (Connection connection = DriverManager.getConnection(
                        DatabaseUrl.parse(fresh.toString().replace("***", "x") + "?application_name=a%26b")
                                .jdbcUrl(),
                        fresh.user(),
                        fresh.password());
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT current_setting('application_name'), current_database()")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).isEqualTo("a&b");
            assertThat(row.getString(2)).isEqualTo(fresh.database());
        }
    }

    /** The properties that pgjdbc reads from the JDBC URL. */
    static Map<String, String> driverSees(String url) throws SQLException {
        String jdbcUrl = DatabaseUrl.parse(url).jdbcUrl();
        DriverPropertyInfo[] read = DriverManager.getDriver(jdbcUrl).getPropertyInfo(jdbcUrl, new Properties());
        return Arrays.stream(read)
                .filter(property -> property.value != null)
                .collect(Collectors.toMap(property -> property.name, property -> property.value));
    }

    private static void assertRefused(String text, String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DatabaseUrl.parse(text))
                .withMessageContaining("the database URL ")
                .withMessageContaining(rule)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hidden"))
                .withNoCause();
    }
}
