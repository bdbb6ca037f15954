package com.altcontext.ops.demo;

import static com.altcontext.ops.demo.WeightedChoice.weight;

import com.altcontext.attribution.Utm;
import org.jspecify.annotations.Nullable;

/**
 * Where visits come from.
 *
 * @param landing the page on which they begin
 * @param formsPerMille how many of a thousand of its visits begin a form
 */
record DemoSource(@Nullable String referrer, Utm utm, DemoPage landing, int formsPerMille) {
    static final DemoSource DIRECT = from(null, DemoPage.HOME, 60);

    /** The newsletter is sent on Tuesdays. */
    static final DemoSource NEWSLETTER = new DemoSource(
            null, new Utm("newsletter", "email", "autumn-harvest", null, "first-flush"), DemoPage.SENCHA, 150);

    private static final DemoSource GOOGLE = from("https://www.google.com/", DemoPage.BREWING, 45);

    static final WeightedChoice<DemoSource> OF_NEW_VISITORS = WeightedChoice.of(
            weight(22, DIRECT),
            weight(22, GOOGLE),
            weight(6, from("https://www.google.ca/", DemoPage.HOME, 70)),
            weight(4, from("https://www.bing.com/", DemoPage.HOME, 60)),
            weight(4, from("https://duckduckgo.com/", DemoPage.BREWING, 50)),
            weight(7, from("https://l.instagram.com/", DemoPage.SENCHA, 20)),
            weight(4, from("https://m.facebook.com/", DemoPage.HOME, 25)),
            weight(2, from("https://www.linkedin.com/", DemoPage.WORKSHOPS, 120)),
            weight(5, from("https://teablog.example.org/ten-shops-to-know", DemoPage.SENCHA, 110)),
            weight(3, from("https://visit-kingston.example.net/workshops", DemoPage.WORKSHOPS, 160)),
            weight(5, paid("google", "cpc", "gift-season", "tea gifts", "headline-a", 80)),
            weight(4, paid("google", "cpc", "gift-season", "loose leaf tea", "headline-b", 50)),
            weight(5, paid("instagram", "paid_social", "gift-season", null, "reel", 30)),
            weight(3, paid("outdoor-weekly", "display", "retargeting", null, "banner", 10)),
            weight(4, new DemoSource(null, NEWSLETTER.utm, DemoPage.GIFTS, 130)));

    private static DemoSource from(@Nullable String referrer, DemoPage landing, int formsPerMille) {
        return new DemoSource(referrer, Utm.NONE, landing, formsPerMille);
    }

    private static DemoSource paid(
            String source, String medium, String campaign, @Nullable String term, String content, int formsPerMille) {
        String referrer = source.equals("outdoor-weekly") ? null : "https://www." + source + ".com/";
        return new DemoSource(
                referrer, new Utm(source, medium, campaign, term, content), DemoPage.GIFTS, formsPerMille);
    }
}
