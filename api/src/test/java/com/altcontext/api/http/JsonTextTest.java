package com.altcontext.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.Call;
import com.altcontext.value.JsonText;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    /** An event's id is derived from the JSON text of its props, so other JSON for the same props would be another event. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":{},\"b\":[],\"c\":[[{\"d\":null}],true,false,\"\"]}",
                "{\"n\":[0,-1,12345678901,0.1,1e5,-2.50,1E-7,123456789012345678901234567890,0e-99999]}",
                "{\"t\":\"quote \\\" backslash \\\\ slash \\/ tab \\t bell \\u0007 delete \\u007f\"}",
                "{\"k\\\"ey\\n\":\"\\u00e9t\\u00e9 \\ud83d\\ude00 \\u2028\",\"été 😀\":\"ligne\"}"
            })
    void a_value_is_written_as_jackson_writes_it(String body) throws Exception {
        Object value = JsonBody.read(body.getBytes(StandardCharsets.UTF_8)).value();
        StringBuilder json = new StringBuilder();
        JsonText.write(json, value);
        assertThat(json.toString()).isEqualTo(Call.JSON.writeValueAsString(value));
    }
}
