// Uses the Kotlin client from OpenAPI Generator: `ClientKt ORIGIN`.
import org.marquee.client.apis.AccountApi
import org.marquee.client.apis.AuthenticationApi
import org.marquee.client.apis.CatalogueApi
import org.marquee.client.infrastructure.ApiClient
import org.marquee.client.infrastructure.ClientException
import org.marquee.client.models.Credentials
import org.marquee.client.models.VideoSort

fun main(arguments: Array<String>) {
    val origin = arguments[0]
    val email = System.getenv("CLIENT_EMAIL")
    val authentication = AuthenticationApi(origin)
    val refused = runCatching { authentication.login(Credentials(email, "not the password")) }.exceptionOrNull()
    check(refused is ClientException && refused.statusCode == 401) { "a wrong password returned $refused" }

    ApiClient.accessToken = authentication.login(Credentials(email, System.getenv("CLIENT_PASSWORD"))).data.token
    val me = AccountApi(origin).getMe().data
    check(me.email == email) { "signed in as ${me.email}" }

    val catalogue = CatalogueApi(origin)
    val first = catalogue.listVideos(limit = 5, sort = VideoSort.title)
    val second = catalogue.listVideos(limit = 5, sort = VideoSort.title, cursor = checkNotNull(first.pagination.nextCursor))
    check(first.data.size == 5 && first.data.none { video -> second.data.any { it.id == video.id } })
    println("${me.role}: ${first.data[0].title}, ${second.data[0].title}")
}
