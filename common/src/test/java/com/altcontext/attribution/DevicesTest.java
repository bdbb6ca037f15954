package com.altcontext.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class DevicesTest {
    private static final Devices DEVICES = Devices.load();

    @ParameterizedTest
    @CsvSource(delimiter = '|', maxCharsPerColumn = 1000, textBlock = """
            desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
            desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
            desktop | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
            desktop | Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36
            desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.3595.53
            desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/124.0.0.0
            desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/131.0.160 Chrome/125.0.6422.160 Safari/537.36
            desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0
            desktop | Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0
            desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0
            desktop | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15
            desktop | Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; Touch; Tablet PC 2.0; rv:11.0) like Gecko
            desktop | Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; SLCC2; .NET CLR 2.0.50727; Media Center PC 6.0; InfoPath.3)
            desktop | Mozilla/5.0 (Windows NT 6.3; ARM; Trident/7.0; Touch; rv:11.0) like Gecko
            desktop | Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18
            desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Slack/4.41.105 Chrome/130.0.6723.137 Electron/33.2.0 Safari/537.36
            desktop | Mozilla/5.0 (X11; FreeBSD amd64; rv:128.0) Gecko/20100101 Firefox/128.0
            desktop | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 YourPhone/1.25
            desktop | Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/107.0.5304.110 Safari/537.36 MicroMessenger/7.0.20.1781(0x6700143B) NetType/WIFI MiniProgramEnv/Windows WindowsWechat
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/144.0 Mobile/15E148 Safari/605.1.15
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/392.0.824319207 Mobile/15E148 Safari/604.1
            mobile  | Mozilla/5.0 (iPod touch; CPU iPhone OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1
            mobile  | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36
            mobile  | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36
            mobile  | Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0
            mobile  | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36 OPR/93.0.0.0
            mobile  | Mozilla/5.0 (Linux; U; Android 12; en-US; SM-A125F Build/SP1A.210812.016) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.6.8.1318 Mobile Safari/537.36
            mobile  | UCWEB/2.0 (MIDP-2.0; U; Adr 4.4.4; en-US; XT1022) U2/1.0.0 UCBrowser/10.7.9.856 U2/1.0.0 Mobile
            mobile  | Opera/9.80 (J2ME/MIDP; Opera Mini/7.1.32052/191.308; U; en) Presto/2.12.423 Version/12.16
            mobile  | Opera/9.80 (Android 2.3.3; Linux; Opera Mobi/ADR-1212030829) Presto/2.11.355 Version/12.10
            mobile  | Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.45 Mobile Safari/537.36
            mobile  | Mozilla/5.0 (Linux; Android 7.0; CUBOT CHEETAH 2 Build/NRD90M) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/64.0.3282.137 Mobile Safari/537.36
            mobile  | Mozilla/5.0 (Linux; Android 11; CUBOT) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/104.0.0.0 Mobile Safari/537.36
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/470.0.0.36.107;FBBV/621234567;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5;FBRV/0]
            mobile  | Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.113 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/465.0.0.57.95;]
            mobile  | Mozilla/5.0 (Linux; Android 16; Pixel 10 Pro XL Build/CP1A.260305.018; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/146.0.7680.174 Mobile Safari/537.36 MetaIAB Facebook
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 17_4_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21E236 Instagram 329.0.5.29.91 (iPhone13,2; iOS 17_4_1; en_GB; en; scale=3.00; 1170x2532; 595478361)
            mobile  | Mozilla/5.0 (Linux; Android 13; SM-G991B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/114.0.5735.196 Mobile Safari/537.36 Line/13.10.0/IAB
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.42(0x18002a2f) NetType/WIFI Language/zh_CN
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/20B82 [Pinterest/iOS]
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.6.1 Mobile/15E148 Snapchat/14.25.0.48 (like Safari/8624.5.1.10.3, panda)
            mobile  | Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 musical_ly_35.1.0 JsSdk/2.0 NetType/WIFI Channel/App Store ByteLocale/en Region/US BytedanceWebview/d8a21c6
            mobile  | Mozilla/5.0 (Linux; Android 13; SM-A536N; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Whale/1.0.0.0 Crosswalk/27.116.0.25 Mobile Safari/537.36 NAVER(inapp; search; 1000; 12.4.2)
            mobile  | Mozilla/5.0 (Linux; Android 12; moto g(60)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile DuckDuckGo/5 Safari/537.36
            mobile  | Mozilla/5.0 (Windows Phone 10.0; Android 6.0.1; Microsoft; Lumia 950) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/52.0.2743.116 Mobile Safari/537.36 Edge/15.15254
            mobile  | Mozilla/5.0 (compatible; MSIE 10.0; Windows Phone 8.0; Trident/6.0; IEMobile/10.0; ARM; Touch; NOKIA; Lumia 920)
            mobile  | Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10+ (KHTML, like Gecko) Version/10.0.9.2372 Mobile Safari/537.10+
            mobile  | Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5
            mobile  | SonyEricssonW810i/R4EA Browser/NetFront/3.3 Profile/MIDP-2.0 Configuration/CLDC-1.1
            tablet  | Mozilla/5.0 (iPad; CPU OS 12_5_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1.2 Mobile/15E148 Safari/604.1
            tablet  | Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1
            tablet  | Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/430.0.0.31.98;FBDV/iPad11,6;FBMD/iPad;FBSN/iPadOS;FBSV/16.6;FBID/tablet;FBLC/de_DE]
            tablet  | Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36
            tablet  | Mozilla/5.0 (Linux; Android 4.4.3; KFTHWI Build/KTU84M) AppleWebKit/537.36 (KHTML, like Gecko) Silk/47.1.79 like Chrome/47.0.2526.80 Safari/537.36
            tablet  | Mozilla/5.0 (Android 14; Tablet; rv:145.0) Gecko/145.0 Firefox/145.0
            tablet  | Mozilla/5.0 (PlayBook; U; RIM Tablet OS 2.1.0; en-US) AppleWebKit/536.2+ (KHTML, like Gecko) Version/7.2.1.0 Safari/536.2+
            tablet  | Mozilla/5.0 (Linux; Android 12; CUBOT TAB 10) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36
            unknown | Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV Safari/538.1
            unknown | Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 WebAppManager
            unknown | Mozilla/5.0 (Linux; Android 9; AFTKA) AppleWebKit/537.36 (KHTML, like Gecko) Silk/112.4.1 like Chrome/112.0.5615.213 Safari/537.36
            unknown | Mozilla/5.0 (PlayStation 5/SmartTV) AppleWebKit/605.1.15 (KHTML, like Gecko)
            unknown | Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/48.0.2564.82 Safari/537.36 Edge/20.02
            unknown | MyOwnApp/2.1
            """)
    void the_device_of_a_browser_is_read_from_its_user_agent(String expected, String userAgent) {
        assertThat(DEVICES.classify(null, userAgent).key()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Googlebot-Image/1.0",
                "GoogleOther",
                "Mediapartners-Google",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
                "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
                "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
                "DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)",
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1)",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Claude-User/1.0; +Claude-User@anthropic.com)",
                "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
                "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                "meta-externalagent/1.1",
                "Twitterbot/1.0",
                "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
                "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
                "TelegramBot (like TwitterBot)",
                "WhatsApp/2.23.20.0 A",
                "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
                "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
                "Mozilla/5.0 (compatible; Pinterestbot/1.0; +https://www.pinterest.com/bot.html)",
                "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
                "Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)",
                "Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)",
                "Screaming Frog SEO Spider/19.4",
                "CCBot/2.0 (https://commoncrawl.org/faq/)",
                "ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)",
                "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
                "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) browser/2020.2.1 Chrome/78.0.3904.108 Safari/537.36 PingdomTMS/2020.2",
                "Site24x7",
                "Zabbix",
                "Uptime-Kuma/1.23.16",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.45 Safari/537.36 PTST/211202.211915",
                "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/136.0.0.0 Mobile Safari/537.36 Chrome-Lighthouse",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36",
                "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Puppeteer/22.0",
                "Mozilla/5.0 (compatible; SomethingNew/0.1; +https://something.example/about)",
                "Mozilla/5.0 zgrab/0.x",
                "Scrapy/2.11.0 (+https://scrapy.org)",
                "python-requests/2.31 mybot/1.0",
                "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Mobile Safari/537.36 (compatible; Googlebot/2.1)",
                "GOOGLEBOT/2.1",
                "gOoGlEbOt"
            })
    void a_crawler_a_monitor_or_a_headless_browser_is_a_bot_whatever_it_declares(String userAgent) {
        assertThat(DEVICES.classify(null, userAgent)).isEqualTo(DeviceType.BOT);
        assertThat(DEVICES.classify(DeviceType.DESKTOP, userAgent)).isEqualTo(DeviceType.BOT);
        assertThat(DEVICES.classify(DeviceType.UNKNOWN, userAgent)).isEqualTo(DeviceType.BOT);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "   ",
                "curl/8.5.0",
                "Wget/1.21.4",
                "HTTPie/3.2.2",
                "PostmanRuntime/7.43.0",
                "insomnia/10.0.0",
                "python-requests/2.32.3",
                "Python-urllib/3.12",
                "Python/3.12 aiohttp/3.10.5",
                "python-httpx/0.27.2",
                "axios/1.7.7",
                "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)",
                "got (https://github.com/sindresorhus/got)",
                "node",
                "undici",
                "Deno/2.0.0",
                "Bun/1.1.34",
                "Java-http-client/25.0.3",
                "Java/1.8.0_402",
                "okhttp/4.12.0",
                "Apache-HttpClient/5.3 (Java/21.0.2)",
                "Jakarta Commons-HttpClient/3.1",
                "ktor-client",
                "ReactorNetty/1.1.13",
                "Go-http-client/2.0",
                "reqwest/0.12",
                "GuzzleHttp/7",
                "Symfony HttpClient (Curl)",
                "PHP/8.3.6",
                "WordPress/6.6.2; https://blog.example.com",
                "Ruby",
                "Faraday v2.9.0",
                "libwww-perl/6.77",
                "Dart/3.5 (dart:io)",
                "RestSharp/111.4.1.0",
                "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.4894",
                "MyShop/42 CFNetwork/1568.100.1 Darwin/24.0.0",
                "Dalvik/2.1.0 (Linux; U; Android 13; Pixel 6 Build/TQ3A.230901.001)",
                "Make/production",
                "Zapier"
            })
    void an_http_library_is_a_bot_unless_it_declares_a_device(String userAgent) {
        assertThat(DEVICES.classify(null, userAgent)).isEqualTo(DeviceType.BOT);
        assertThat(DEVICES.classify(DeviceType.MOBILE, userAgent)).isEqualTo(DeviceType.MOBILE);
        assertThat(DEVICES.classify(DeviceType.UNKNOWN, userAgent)).isEqualTo(DeviceType.UNKNOWN);
    }

    @Test
    void the_declared_device_comes_before_the_user_agent() {
        String ipadThatSaysMac =
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15";
        assertThat(DEVICES.classify(null, ipadThatSaysMac)).isEqualTo(DeviceType.DESKTOP);
        assertThat(DEVICES.classify(DeviceType.TABLET, ipadThatSaysMac)).isEqualTo(DeviceType.TABLET);
        assertThat(DEVICES.classify(DeviceType.BOT, ipadThatSaysMac)).isEqualTo(DeviceType.BOT);
    }

    @Test
    void the_same_user_agent_gets_the_same_answer_whatever_was_asked_before() {
        String curl = "curl/7.88.1";
        assertThat(DEVICES.classify(DeviceType.DESKTOP, curl)).isEqualTo(DeviceType.DESKTOP);
        assertThat(DEVICES.classify(null, curl)).isEqualTo(DeviceType.BOT);
        assertThat(DEVICES.classify(DeviceType.TABLET, curl)).isEqualTo(DeviceType.TABLET);
    }

    @Test
    void text_after_512_characters_is_not_read() {
        String browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) ";
        String padding = "x".repeat(512 - browser.length() - "Googlebot".length());
        assertThat(DEVICES.classify(null, browser + padding + "Googlebot")).isEqualTo(DeviceType.BOT);
        assertThat(DEVICES.classify(null, browser + padding + "y" + "Googlebot"))
                .isEqualTo(DeviceType.DESKTOP);
    }

    @Test
    void strange_characters_do_no_harm() {
        assertThat(DEVICES.classify(null, "\u0000\uD800İıß \uFFFF")).isEqualTo(DeviceType.UNKNOWN);
        assertThat(DEVICES.classify(null, "İİİ Googlebot")).isEqualTo(DeviceType.BOT);
    }

    @Test
    void a_device_type_is_known_by_its_exact_key() {
        for (DeviceType type : DeviceType.values()) {
            assertThat(DeviceType.named(type.key())).isEqualTo(type);
        }
        assertThat(DeviceType.named("Desktop")).isNull();
        assertThat(DeviceType.named("fridge")).isNull();
    }
}
