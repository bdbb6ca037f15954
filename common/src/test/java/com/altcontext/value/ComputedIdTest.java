package com.altcontext.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class ComputedIdTest {
    @Test
    void an_id_is_a_version_8_uuid_of_the_rfc_9562_variant() {
        for (long part = 0; part < 100; part++) {
            UUID id = ComputedId.of("test").with(part).toUuid();

            assertThat(id.version()).isEqualTo(8);
            assertThat(id.variant()).isEqualTo(2);
        }
    }

    /** Ids are stored. If they were computed in another way, every event that is sent again would be stored twice. */
    @Test
    void the_same_parts_give_the_same_id_for_ever() {
        assertThat(ComputedId.of("visitor").with("default").with("visitor-0001").toUuid())
                .hasToString("2d955f2a-6512-8879-84bf-10c1be2c0283");
    }

    @Test
    void parts_do_not_run_into_each_other() {
        assertThat(ComputedId.of("k").with("ab").with("c").toUuid())
                .isNotEqualTo(ComputedId.of("k").with("a").with("bc").toUuid());
    }

    @Test
    void an_absent_part_is_not_an_empty_one() {
        assertThat(ComputedId.of("k").with((String) null).toUuid())
                .isNotEqualTo(ComputedId.of("k").with("").toUuid());
    }

    @Test
    void ids_of_different_kinds_differ_even_if_their_parts_are_equal() {
        assertThat(ComputedId.of("a").with("x").toUuid())
                .isNotEqualTo(ComputedId.of("b").with("x").toUuid());
    }
}
