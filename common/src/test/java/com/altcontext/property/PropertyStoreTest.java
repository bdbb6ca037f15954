package com.altcontext.property;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.altcontext.client.Cidr;
import com.altcontext.property.PropertyStore.PropertyAddition;
import com.altcontext.property.PropertyStore.PropertyRemoval;
import com.altcontext.property.PropertyStore.StoredProperty;
import com.altcontext.testing.Database;
import com.altcontext.value.Rejected;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyStoreTest {
    private final Database database = Database.migrated();

    @Test
    void an_added_property_is_listed_and_found_by_its_domains() {
        PropertyAddition added = add("docs", "Documentation", "docs.example.ca", "DOCS.example.org");

        assertThat(added)
                .isInstanceOfSatisfying(
                        PropertyAddition.Added.class,
                        one -> assertThat(list())
                                .extracting(StoredProperty::slug)
                                .containsExactly("default", one.property().slug()));
        Properties known = new Properties(database.sql());
        known.refresh();
        assertThat(known.byHost("docs.example.org").id()).isEqualTo("docs");
    }

    @Test
    void a_property_with_unreadable_domains_keeps_its_slug_and_does_not_affect_the_others() {
        var _ = add("docs", "Documentation", "docs.example.ca");
        database.run(
                "INSERT INTO properties (id, name, domains) VALUES ('gap', 'Gap', ARRAY['gap.example.ca', NULL])",
                "INSERT INTO properties (id, name, domains) VALUES ('square', 'Square', ARRAY[['a', 'b'], ['c', 'd']])",
                "INSERT INTO properties (id, name, domains) VALUES ('twice', 'Twice', ARRAY['t.example', 't.example'])");

        Properties known = new Properties(database.sql());
        known.refresh();

        assertThat(known.byHost("docs.example.ca").id()).isEqualTo("docs");
        assertThat(known.byHost("gap.example.ca").id()).isEqualTo("gap");
        assertThat(known.byHost("t.example").id()).isEqualTo("twice");
        assertThat(known.bySlug("square")).isNotNull();
    }

    @Test
    void a_property_has_its_time_zone_and_its_shields() {
        database.run("UPDATE properties SET time_zone = 'America/Toronto', excluded_networks = '{192.0.2.0/24}', "
                + "excluded_paths = '{/admin/*}', own_hosts_only = true WHERE id = 'default'");

        Property property = property("default");

        assertThat(property.timeZone()).isEqualTo(ZoneId.of("America/Toronto"));
        assertThat(property.shields())
                .isEqualTo(
                        new Shields(List.of(Cidr.parse("192.0.2.0/24")), List.of(new PathPattern("/admin/*")), true));
    }

    @Test
    void a_property_with_unreadable_settings_keeps_its_slug_and_what_can_be_read() {
        database.run(
                "INSERT INTO properties (id, name, domains, time_zone) VALUES ('mars', 'Mars', '{mars.example.ca}', 'Mars/Olympus')",
                "INSERT INTO properties (id, name, time_zone, excluded_networks) VALUES ('net', 'Net', 'UTC', '{300.0.0.0/8}')",
                "INSERT INTO properties (id, name, time_zone, excluded_paths) VALUES ('path', 'Path', 'Asia/Tokyo', '{admin}')");

        assertThat(property("mars"))
                .isEqualTo(new Property("mars", Set.of("mars.example.ca"), Property.UTC, Shields.NONE, false));
        assertThat(property("net")).isEqualTo(new Property("net", Set.of(), Property.UTC, Shields.NONE, false));
        assertThat(property("path").timeZone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
    }

    /** The zone of an address may name an interface that only another machine has. */
    @Test
    void a_network_or_path_that_cannot_be_read_is_ignored_and_the_others_exclude() {
        database.run("UPDATE properties SET excluded_networks = '{fe80::1%eth0/128,192.0.2.0/24}', "
                + "excluded_paths = '{admin,/admin/*}', own_hosts_only = true WHERE id = 'default'");

        assertThat(property("default").shields())
                .isEqualTo(
                        new Shields(List.of(Cidr.parse("192.0.2.0/24")), List.of(new PathPattern("/admin/*")), true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GMT+5", "UTC+05:00", "+05:00", "Z", "america/toronto", "America", ""})
    void an_offset_or_an_unknown_name_is_not_a_time_zone(String name) {
        assertThatThrownBy(() -> Property.timeZone(name)).isInstanceOf(DateTimeException.class);
    }

    @Test
    void adding_a_slug_that_exists_changes_nothing() {
        var _ = add("docs", "Documentation", "docs.example.ca");

        assertThat(add("docs", "Another", "docs.example.ca")).isEqualTo(new PropertyAddition.SlugTaken());
        assertThat(list()).extracting(StoredProperty::name).containsExactly("Default", "Documentation");
    }

    @Test
    void a_domain_belongs_to_one_property() {
        var _ = add("docs", "Documentation", "docs.example.ca");

        assertThat(add("blog", "Blog", "blog.example.ca", "docs.EXAMPLE.ca"))
                .isEqualTo(new PropertyStore.Claim("docs.example.ca", "docs"));
        assertThat(list()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "WWW.Example.CA, www.example.ca",
        "bücher.example, xn--bcher-kva.example",
        "' localhost ', localhost",
        "10.0.0.1, 10.0.0.1",
    })
    void a_domain_is_stored_in_the_form_that_requests_have(String given, String stored) {
        assertThat(wanted("docs", "Docs", List.of(given, given)).domains()).containsExactly(stored);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.ca",
                "example.ca:443",
                "example.ca/docs",
                "-example.ca",
                "exa mple.ca",
                "",
                "a..b",
                "a_b.ca",
                "straße.example"
            })
    void an_invalid_host_name_is_refused(String domain) {
        assertThatThrownBy(() -> wanted("docs", "Docs", List.of(domain)))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        refused -> assertThat(refused.issues())
                                .singleElement()
                                .satisfies(issue -> assertThat(issue.path()).isEqualTo("domains")));
    }

    @Test
    void all_faults_are_reported_at_once() {
        assertThatThrownBy(() -> wanted("Docs!", " ", List.of("x y")))
                .isInstanceOfSatisfying(
                        Rejected.class, refused -> assertThat(refused.issues()).hasSize(3));
        assertThatThrownBy(() -> wanted("d".repeat(64), "Docs", List.of())).isInstanceOf(Rejected.class);
    }

    @Test
    void a_property_without_data_is_removed_once() {
        var _ = add("docs", "Documentation");

        assertThat(remove("docs")).isEqualTo(new PropertyRemoval.Removed());
        assertThat(remove("docs")).isEqualTo(new PropertyRemoval.Unknown());
        assertThat(list()).extracting(StoredProperty::slug).containsExactly("default");
    }

    @Test
    void a_property_with_visitors_or_leads_stays_and_their_numbers_are_reported() {
        var _ = add("docs", "Documentation");
        database.run(
                "INSERT INTO visitors VALUES (gen_random_uuid(), 'docs', 'visitor-1', now()), "
                        + "(gen_random_uuid(), 'docs', 'visitor-2', now()), (gen_random_uuid(), 'default', 'visitor-1', now())",
                "INSERT INTO leads VALUES (gen_random_uuid(), 'docs', 'jo@example.ca', now(), now(), NULL, 'pending', NULL)");

        assertThat(remove("docs")).isEqualTo(new PropertyRemoval.InUse(2, 1));
        assertThat(list()).hasSize(2);
    }

    @Test
    void the_default_property_is_never_removed() {
        assertThat(remove("default")).isEqualTo(new PropertyRemoval.Needed());
        assertThat(list()).hasSize(1);
    }

    private static PropertySettings wanted(String slug, String name, List<String> domains) {
        return new PropertySettings(slug, name, domains, null, null, null, null, null);
    }

    private PropertyAddition add(String slug, String name, String... domains) {
        return database.sql().inTransaction(tx -> PropertyStore.add(tx, wanted(slug, name, List.of(domains))));
    }

    private Property property(String slug) {
        Properties known = new Properties(database.sql());
        known.refresh();
        return Objects.requireNonNull(known.bySlug(slug));
    }

    private PropertyRemoval remove(String slug) {
        return database.sql().inTransaction(tx -> PropertyStore.remove(tx, slug));
    }

    private List<StoredProperty> list() {
        return database.sql().inTransaction(PropertyStore::list);
    }
}
