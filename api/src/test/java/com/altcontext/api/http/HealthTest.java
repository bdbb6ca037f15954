package com.altcontext.api.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.api.testing.TestService;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(TestService.class)
class HealthTest {
    @Test
    void a_service_that_has_reached_its_database_is_healthy() {
        String body =
                given().get("/v1/healthz").then().statusCode(200).extract().asString();

        assertThat(body).isEqualTo("{\"ok\":true}");
    }
}
