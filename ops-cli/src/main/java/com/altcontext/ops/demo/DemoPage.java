package com.altcontext.ops.demo;

import static com.altcontext.ops.demo.WeightedChoice.weight;

import org.jspecify.annotations.Nullable;

/**
 * A page of the invented site.
 *
 * @param form the name of the form on it
 */
record DemoPage(String hostname, String path, @Nullable String form) {
    static final String SHOP = "www.maplekettle.example";
    static final String JOURNAL = "journal.maplekettle.example";

    static final DemoPage HOME = shop("/");
    static final DemoPage NEWSLETTER = new DemoPage(SHOP, "/newsletter", "newsletter");
    static final DemoPage WORKSHOPS = new DemoPage(SHOP, "/workshops/book", "workshop");
    static final DemoPage THANKS = shop("/thanks");
    static final DemoPage BREWING = new DemoPage(JOURNAL, "/how-to-brew", null);
    static final DemoPage GIFTS = shop("/gifts");
    static final DemoPage SENCHA = shop("/teas/sencha");

    /** Links on the pages that lead to other sites. */
    static final WeightedChoice<String> LINKS = WeightedChoice.of(
            weight(5, "https://www.instagram.com/maplekettle"),
            weight(3, "https://maps.example.org/maple-kettle"),
            weight(2, "https://teablog.example.org/first-flush"));

    static final WeightedChoice<String> FILES = WeightedChoice.of(
            weight(3, "https://" + JOURNAL + "/brewing-chart.pdf"), weight(1, "https://" + SHOP + "/catalogue.pdf"));

    /** Where readers go next. */
    static final WeightedChoice<DemoPage> NEXT = WeightedChoice.of(
            weight(14, HOME),
            weight(16, shop("/teas")),
            weight(12, SENCHA),
            weight(10, shop("/teas/earl-grey")),
            weight(7, shop("/teas/rooibos")),
            weight(9, GIFTS),
            weight(8, shop("/workshops")),
            weight(4, WORKSHOPS),
            weight(5, NEWSLETTER),
            weight(7, BREWING),
            weight(4, new DemoPage(JOURNAL, "/water-temperature", null)),
            weight(4, shop("/about")));

    private static DemoPage shop(String path) {
        return new DemoPage(SHOP, path, null);
    }

    String url() {
        return "https://" + hostname + path;
    }
}
