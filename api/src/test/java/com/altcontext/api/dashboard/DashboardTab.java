package com.altcontext.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.ChromiumTab;
import com.altcontext.api.testing.TestService;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The dashboard in a {@link ChromiumTab}, and what it shows. */
final class DashboardTab {
    static final int WIDE = 1_280;
    static final int PHONE = 360;

    /** So high that all parts of the page are in view and load. */
    private static final int HEIGHT = 9_000;

    private static final Path AXE = Path.of("target", "browser", "tools", "node_modules", "axe-core", "axe.min.js");
    private static final Path PICTURES = Path.of("target", "screenshots");

    final ChromiumTab tab;
    private final String address;

    DashboardTab(ChromiumTab tab, String address) {
        this.tab = tab;
        this.address = address;
        tab.look(WIDE, HEIGHT, false);
    }

    /** Opens the page and waits until it shows the sign-in form or the figures. */
    DashboardTab open(String query) {
        tab.open(address + "/dashboard" + query);
        tab.await("document.querySelector('#key, .overview')");
        return this;
    }

    /** Opens the page, signs in with the admin key and waits for the figures. */
    DashboardTab signIn(String query) {
        open(query);
        enter(TestService.ADMIN_KEY);
        return settled();
    }

    void enter(String key) {
        // Replaces what is there, as typing into the selected field does.
        tab.evaluate("document.querySelector('#key').select()");
        tab.call("Input.insertText", Map.of("text", key));
        tab.press("Enter");
    }

    /** Waits until every request has its answer or has failed. */
    DashboardTab settled() {
        tab.await("document.querySelector('.overview') && !document.querySelector('[aria-busy], [data-waits]')");
        return this;
    }

    /** Chooses the button with this value in a row of buttons. */
    DashboardTab choose(String value) {
        tab.click("input[type=radio][value=\"" + value + "\"]");
        return settled();
    }

    /** Chooses in a list, as the keyboard would. */
    DashboardTab select(String selector, String value) {
        tab.evaluate("""
                (() => {
                  const list = document.querySelector('%s');
                  list.value = '%s';
                  list.dispatchEvent(new Event('change', {bubbles: true}));
                })()""".formatted(selector, value));
        return settled();
    }

    /** Holds back requests to addresses that match this pattern until {@link #release}. */
    void hold(String address) {
        tab.call("Fetch.enable", Map.of("patterns", List.of(Map.of("urlPattern", address))));
    }

    void release() {
        tab.call("Fetch.disable", Map.of());
    }

    /** The text of an element, with plain spaces. */
    String text(String selector) {
        return tab.evaluate("document.querySelector('%s').innerText".formatted(selector))
                .asText()
                .replaceAll("[\\s\\u00a0\\u2009\\u202f]+", " ")
                .strip();
    }

    boolean has(String selector) {
        return tab.evaluate("!!document.querySelector('%s')".formatted(selector))
                .booleanValue();
    }

    /** A tile's value and its change, with the text for screen readers. */
    String tile(String metric) {
        return tab.evaluate("document.querySelector('[data-metric=%s] dd').textContent".formatted(metric))
                .asText()
                .replaceAll("[\\s\\u00a0\\u2009\\u202f]+", " ");
    }

    /** The rows of a table, each with its cells separated by bars. */
    List<String> rows(String selector) {
        List<String> rows = new ArrayList<>();
        tab.evaluate("""
                [...document.querySelectorAll('%s tbody tr')].map(row => [...row.cells].map(cell => cell.innerText).join('|'))""".formatted(selector))
                .forEach(row -> rows.add(row.asText().replaceAll("[\\s\\u00a0\\u2009\\u202f]+", " ")));
        return rows;
    }

    /** The rows of the card that shows a dimension. */
    List<String> breakdown(String dimension) {
        return rows("[data-dimension=" + dimension + "]");
    }

    /** The windows that can be chosen. */
    String windows() {
        return tab.evaluate("[...document.querySelectorAll('.windows input')].map(input => input.value).join(' ')")
                .asText();
    }

    void movePointer(double x, double y) {
        tab.call("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
    }

    /** The vertical positions of a line of the chart, rounded to tenths. */
    List<Double> heights(String line) {
        return positions(line, 1);
    }

    /** The horizontal positions of a line of the chart, rounded to tenths. */
    List<Double> places(String line) {
        return positions(line, 0);
    }

    private List<Double> positions(String line, int part) {
        return tab
                .evaluate("document.querySelector('%s').getAttribute('d')".formatted(line))
                .asText()
                .replaceFirst("^M", "")
                .transform(path -> List.of(path.split("L", -1)))
                .stream()
                .map(point -> Math.round(Double.parseDouble(point.split(" ", 2)[part]) * 10) / 10.0)
                .toList();
    }

    /** The value of a web vital, with its band. */
    String vital(String name) {
        return text("[data-vital=" + name + "] td");
    }

    String query() {
        return tab.evaluate("location.search").asText();
    }

    /** The id, value or text of the element with the focus. */
    String focus() {
        return tab.evaluate(
                        "document.activeElement.id || document.activeElement.value || document.activeElement.textContent")
                .asText();
    }

    DashboardTab look(int width, boolean dark) {
        tab.look(width, HEIGHT, dark);
        return this;
    }

    /**
     * Asserts that axe finds no fault in the page as it is now, in light and dark, and saves screenshots in
     * target/screenshots.
     */
    void assertAccessible(String name, int width) {
        for (boolean dark : new boolean[] {true, false}) {
            look(width, dark);
            tab.evaluate("typeof axe === 'undefined' && (() => { " + axe() + " })()");
            JsonNode faults = tab.evaluate("""
                    axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
                      .then(({violations}) => violations.map(({id, nodes}) =>
                        id + ': ' + nodes.map(({html, failureSummary}) => html.slice(0, 200) + ' ' + failureSummary).join(' ; ')))""");
            assertThat(faults).as("%s, %s", name, dark ? "dark" : "light").isEmpty();
            assertThat(tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                            .intValue())
                    .as("%s is not wider than the window", name)
                    .isZero();
            picture(name + (dark ? "-dark" : ""));
        }
    }

    void picture(String name) {
        try {
            Files.createDirectories(PICTURES);
            tab.evaluate("scrollTo(0, 0)");
            Files.write(PICTURES.resolve(name + ".png"), tab.picture());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Asserts that the page's Content-Security-Policy blocked nothing, that no script failed, and that no other host
     * got a request.
     */
    void assertBlameless() {
        assertThat(tab.complaints()).isEmpty();
        assertThat(tab.requests())
                .allMatch(asked -> asked.startsWith(address + "/")
                        || asked.startsWith("data:")
                        || asked.startsWith("blob:" + address));
    }

    private static String axe() {
        try {
            return Files.readString(AXE);
        } catch (IOException missing) {
            throw new UncheckedIOException("axe-core, which the build installs", missing);
        }
    }
}
