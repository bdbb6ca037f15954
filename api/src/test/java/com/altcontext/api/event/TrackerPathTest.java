package com.altcontext.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The tracker at the path that {@code TRACKER_PATH} sets. */
@QuarkusTest
@WithTestResource(
        value = TestService.class,
        initArgs = @ResourceArg(name = TestService.GROUP, value = TestService.CHOSEN))
class TrackerPathTest {
    private static final String CHOSEN = "/js/site.js";

    @Test
    void the_script_is_the_same_under_the_chosen_path() {
        Call.Answer own = Call.get("/v1/telemetry.js").send();
        Call.Answer chosen = Call.get(CHOSEN).send();

        assertThat(chosen.status()).isEqualTo(200);
        assertThat(chosen.text()).isEqualTo(own.text());
        for (String header : new String[] {"etag", "cache-control", "vary", "content-type", "x-content-type-options"}) {
            assertThat(chosen.headers().allValues(header))
                    .as(header)
                    .isEqualTo(own.headers().allValues(header));
        }
        assertThat(Call.get(CHOSEN)
                        .header("if-none-match", Objects.requireNonNull(own.header("etag")))
                        .send()
                        .status())
                .isEqualTo(304);
        assertThat(Call.of("HEAD", CHOSEN).send().status()).isEqualTo(200);
    }

    @Test
    void other_methods_and_similar_paths_are_refused() {
        assertThat(Call.of("DELETE", CHOSEN).send().status()).isEqualTo(405);
        for (String path : new String[] {CHOSEN + "/", "/js/site.js.gz", "/js", "/js/site-js"}) {
            assertThat(Call.get(path).send().status()).as(path).isEqualTo(404);
        }
    }
}
